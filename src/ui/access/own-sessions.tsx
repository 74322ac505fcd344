/** Where I am signed in, and how to end that. */
import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { AccountSessions } from '../../api/types.ts'
import { endSession, endSessions, sessionsQuery } from '../access-queries.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import classes from './access.module.css'

export function OwnSessions() {
  const { data, error, refetch } = useQuery(sessionsQuery)
  const cache = useQueryClient()
  const navigate = useNavigate()
  const endAll = useMutation({
    mutationFn: (_: undefined) => endSessions(),
    onSuccess: async () => {
      await navigate({ to: '/sign-in' })
      cache.clear()
    },
  })
  return (
    <Section
      title="Where you are signed in"
      hint="A browser stays signed in for 30 days."
      actions={
        <Confirm
          label="Sign out everywhere"
          title="Sign out everywhere?"
          action="Sign out everywhere"
          danger
          button={{ color: 'red', variant: 'light' }}
          work={endAll}
        >
          Every browser is signed out at once, this one too.
        </Confirm>
      }
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      <ul className={classes.rows}>
        {data?.map((session) => (
          <li key={session.session_id} data-testid="session">
            <Session session={session} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Session({ session }: { session: AccountSessions['sessions'][number] }) {
  const { session_id, browser, created_at, current } = session
  const cache = useQueryClient()
  const end = useMutation({
    mutationFn: () => endSession(session_id),
    onSuccess: () => cache.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <div className={classes.who}>
          <Group gap="xs">
            <Text fw={600}>{browser || 'Unknown browser'}</Text>
            {current && (
              <Badge variant="light" size="sm" tt="none">
                This one
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            since <Time ms={created_at * 1000} as="moment" />
          </Text>
        </div>
        {!current && (
          <Button variant="subtle" color="red" loading={end.isPending} onClick={() => end.mutate()}>
            Sign out
          </Button>
        )}
      </Group>
      {end.error && <Failed error={end.error} />}
    </Stack>
  )
}
