/** What my account is connected with at the OpenID Connect provider: connect, disconnect. */
import { Badge, Button, Group, PasswordInput, Stack, Text } from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account, IdentityView, OidcProblem } from '../../api/types.ts'
import { connectIdentity, identitiesQuery, removeIdentity } from '../oidc-queries.ts'
import { Confirm } from '../parts/confirm.tsx'
import { OidcProblemAlert } from '../parts/oidc-problem.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { sessionQuery } from '../queries.ts'
import classes from './access.module.css'

interface OwnIdentitiesProps {
  readonly account: Account
  /** Why connecting did not work. */
  readonly problem: OidcProblem | undefined
}

/** Nothing where the server has no provider and never had one for this account. */
export function OwnIdentities({ account, problem }: OwnIdentitiesProps) {
  const { data: session } = useQuery(sessionQuery)
  const { data, error, refetch } = useQuery(identitiesQuery)
  const provider = session?.single_sign_on
  if (!provider && (data?.length ?? 0) === 0 && !error) return null
  return (
    <Section
      title="Single sign-on"
      hint="Sign in here with an account that you have elsewhere already."
    >
      <OidcProblemAlert problem={problem} />
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <Text c="dimmed">Not connected with {provider} yet.</Text>}
      {data && data.length > 0 && (
        <ul className={classes.rows} aria-label="Connected accounts">
          {data.map((identity) => (
            <li key={identity.identity_id} data-testid="identity">
              <Connected identity={identity} />
            </li>
          ))}
        </ul>
      )}
      {provider && data && !data.some(({ works }) => works) && (
        <Connect provider={provider} hasPassword={account.has_password} />
      )}
    </Section>
  )
}

function Connected({ identity }: { identity: IdentityView }) {
  const { identity_id, name, email, issuer, works, created_at, used_at } = identity
  const cache = useQueryClient()
  const remove = useMutation({
    mutationFn: (_: undefined) => removeIdentity(identity_id),
    onSuccess: () => cache.invalidateQueries({ queryKey: identitiesQuery.queryKey }),
  })
  return (
    <Group justify="space-between" gap="sm">
      <div className={classes.who}>
        <Group gap="xs">
          <Text fw={600}>{email ?? name}</Text>
          {!works && (
            <Badge color="gray" variant="light" tt="none">
              does not work any more
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {works ? name : `${name} (${URL.parse(issuer)?.host ?? issuer})`}, since{' '}
          <Time ms={created_at * 1000} as="moment" />,{' '}
          {used_at === null ? (
            'not used yet'
          ) : (
            <>
              last used <Time ms={used_at * 1000} as="moment" />
            </>
          )}
        </Text>
      </div>
      <Confirm
        label="Disconnect"
        title={`Disconnect ${email ?? name}?`}
        action="Disconnect it"
        danger
        button={{ color: 'red', variant: 'subtle' }}
        work={remove}
      >
        It signs you in no more. You need another way to sign in, such as a password.
      </Confirm>
    </Group>
  )
}

function Connect({ provider, hasPassword }: { provider: string; hasPassword: boolean }) {
  const [password, setPassword] = useState('')
  const connect = useMutation({ mutationFn: () => connectIdentity(password) })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        connect.mutate()
      }}
    >
      <Stack gap="md">
        {hasPassword && (
          <PasswordInput
            label="Your password"
            name="identity-password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(typed) => setPassword(typed.currentTarget.value)}
          />
        )}
        {connect.error && <Failed error={connect.error} />}
        <Group>
          <Button
            type="submit"
            variant="default"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            loading={connect.isPending || connect.isSuccess}
          >
            Connect with {provider}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
