/** Signing in with a token; the server answers with a cookie that scripts cannot read. */
import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '../api-client.ts'
import { sessionQuery, signIn } from '../queries.ts'
import { WelcomeFrame } from './welcome-frame.tsx'

export function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' })
  const { data: session } = useQuery(sessionQuery)
  const cache = useQueryClient()
  const router = useRouter()
  const navigate = useNavigate()
  const [token, setToken] = useState('')
  const enter = useMutation({
    mutationFn: () => signIn(token.trim()),
    onSuccess: async () => {
      cache.clear()
      if (next) router.history.push(next)
      else await navigate({ to: '/' })
    },
  })
  return (
    <WelcomeFrame title="Sign in">
      {session?.setup_needed && (
        <Alert variant="light" icon={<IconInfoCircle aria-hidden />} title="First start?">
          Open the setup link that the server printed when it started. It works once and gives you
          an admin token.
        </Alert>
      )}
      <form
        onSubmit={(submit) => {
          submit.preventDefault()
          enter.mutate()
        }}
      >
        <Stack gap="md">
          <PasswordInput
            label="Token"
            description="Your admin token, or one made for a dataset."
            name="token"
            autoComplete="current-password"
            data-autofocus
            autoFocus
            required
            value={token}
            onChange={(change) => setToken(change.currentTarget.value)}
            error={enter.error && wordsFor(enter.error)}
          />
          <Button type="submit" loading={enter.isPending} disabled={token.trim() === ''}>
            Sign in
          </Button>
        </Stack>
      </form>
      <Text size="sm" c="dimmed">
        Lost it? Start the server with TWOFOLD_ADMIN_TOKEN set to a token of your own.
      </Text>
    </WelcomeFrame>
  )
}

function wordsFor(error: Error): string {
  if (!(error instanceof ApiError)) return error.message
  if (error.status === 401 || error.status === 403)
    return 'No such token. Check that all of it was pasted.'
  return `${error.message} ${error.fix}`
}
