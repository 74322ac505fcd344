/**
 * Signing in with a passkey, with e-mail and password, or with a token; the server answers with a
 * cookie that scripts cannot read.
 */
import {
  Alert,
  Anchor,
  Button,
  Divider,
  PasswordInput,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconFingerprint, IconInfoCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { OidcStartRequest } from '../../api/types.ts'
import { signIn } from '../access-queries.ts'
import { ApiError } from '../api-client.ts'
import { OidcProblemAlert } from '../parts/oidc-problem.tsx'
import { passkeysWork, signInWithPasskey } from '../passkey-queries.ts'
import { sessionQuery } from '../queries.ts'
import { OidcButton } from './oidc-button.tsx'
import { codeOf } from './one-time-code.ts'
import { useEntering } from './use-entering.ts'
import { WelcomeFrame } from './welcome-frame.tsx'

export function SignInPage() {
  const { next, problem } = useSearch({ from: '/sign-in' })
  const { data: session } = useQuery(sessionQuery)
  const [chosen, setChosen] = useState<'password' | 'token'>()
  // Without any account only a token leads in.
  const way = chosen ?? (session?.setup_needed ? 'token' : 'password')
  return (
    <WelcomeFrame title="Sign in">
      <OidcProblemAlert problem={problem} />
      {session?.demo && <DemoAlert />}
      {session?.setup_needed && !session.demo && (
        <Alert variant="light" icon={<IconInfoCircle aria-hidden />} title="First start?">
          Open the setup link that the server printed when it started. It works once and makes your
          account.
        </Alert>
      )}
      {session && !session.setup_needed && <OidcButton verb="Sign in" request={oidcFor(next)} />}
      {session && !session.setup_needed && passkeysWork() && <PasskeyButton next={next} />}
      {session && (way === 'password' ? <PasswordForm next={next} /> : <TokenForm next={next} />)}
      <Anchor
        component="button"
        type="button"
        size="sm"
        ta="left"
        w="fit-content"
        onClick={() => setChosen(way === 'password' ? 'token' : 'password')}
      >
        {way === 'password' ? 'Use a token instead' : 'Use e-mail and password instead'}
      </Anchor>
    </WelcomeFrame>
  )
}

/** Its admin token is made anew at every start, which ends whatever was signed in with it. */
function DemoAlert() {
  return (
    <Alert variant="light" icon={<IconInfoCircle aria-hidden />} title="You are signed out">
      This is the demo. Each start prints a sign-in link in its terminal, and ends what was signed
      in by the one before: open the newest. It works once, for some minutes. For another, stop the
      demo and start it again; its data stays. Accounts made here sign in as everywhere.
    </Alert>
  )
}

/** Going to the provider ends this page, so the code of an invitation has to travel along. */
function oidcFor(next: string | undefined): OidcStartRequest {
  const invitation = codeOf('invitation')
  if (next === '/invitation' && invitation) return { invitation }
  const url = next === undefined ? null : URL.parse(next, location.origin)
  return url ? { next: url.pathname + url.search + url.hash } : {}
}

interface FormProps {
  readonly next: string | undefined
}

function PasskeyButton({ next }: FormProps) {
  const enter = useEntering({ enter: signInWithPasskey, next })
  return (
    <Stack gap="sm">
      <Button
        variant="default"
        leftSection={<IconFingerprint size={18} aria-hidden />}
        loading={enter.isPending}
        onClick={() => enter.mutate()}
      >
        Sign in with a passkey
      </Button>
      {enter.error && (
        <Text size="sm" c="red" role="alert">
          {wordsFor(enter.error)}
        </Text>
      )}
      <Divider label="or" />
    </Stack>
  )
}

function PasswordForm({ next }: FormProps) {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const enter = useEntering({ enter: () => signIn({ email, password }), next })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        enter.mutate()
      }}
    >
      <Stack gap="md">
        <TextInput
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          onChange={(change) => setEmail(change.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(change) => setPassword(change.currentTarget.value)}
          error={enter.error && wordsFor(enter.error)}
        />
        <Button type="submit" loading={enter.isPending}>
          Sign in
        </Button>
        <Text size="sm" c="dimmed">
          Lost your password? Whoever runs this server can make you a link to a new one.
        </Text>
      </Stack>
    </form>
  )
}

function TokenForm({ next }: FormProps) {
  const [token, setToken] = useState('')
  const enter = useEntering({ enter: () => signIn({ token: token.trim() }), next })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        enter.mutate()
      }}
    >
      <Stack gap="md">
        <PasswordInput
          label="Token"
          description="An admin token, or one made to read a dataset."
          name="token"
          autoComplete="off"
          autoFocus
          required
          value={token}
          onChange={(change) => setToken(change.currentTarget.value)}
          error={enter.error && wordsFor(enter.error)}
        />
        <Button type="submit" loading={enter.isPending} disabled={token.trim() === ''}>
          Sign in
        </Button>
        <Text size="sm" c="dimmed">
          Lost it? Start the server with TWOFOLD_ADMIN_TOKEN set to a token of your own.
        </Text>
      </Stack>
    </form>
  )
}

function wordsFor(error: Error): string {
  if (!(error instanceof ApiError)) return error.message
  if (error.code === 'token_unknown') {
    return 'No such token. Check that all of it was pasted.'
  }
  return error.code === 'sign_in_failed' ? error.message : `${error.message} ${error.fix}`
}
