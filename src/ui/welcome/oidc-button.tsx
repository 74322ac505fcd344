/** The way to the OpenID Connect provider, where the server has one. */
import { Button, Divider, Stack, Text } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { OidcStartRequest } from '../../api/types.ts'
import { ApiError } from '../api-client.ts'
import { goToProvider } from '../oidc-queries.ts'
import { sessionQuery } from '../queries.ts'

interface OidcButtonProps {
  readonly verb: string
  /** What it is for. */
  readonly request: OidcStartRequest
}

export function OidcButton({ verb, request }: OidcButtonProps) {
  const { data: session } = useQuery(sessionQuery)
  const go = useMutation({ mutationFn: () => goToProvider(request) })
  if (!session?.single_sign_on) return null
  return (
    <Stack gap="sm">
      <Button
        variant="default"
        leftSection={<IconKey size={18} aria-hidden />}
        loading={go.isPending || go.isSuccess}
        onClick={() => go.mutate()}
      >
        {verb} with {session.single_sign_on}
      </Button>
      {go.error && (
        <Text size="sm" c="red" role="alert">
          {wordsFor(go.error)}
        </Text>
      )}
      <Divider label="or" />
    </Stack>
  )
}

const wordsFor = (error: Error): string =>
  error instanceof ApiError ? `${error.message} ${error.fix}` : error.message
