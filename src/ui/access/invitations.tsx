/** Invitations that wait to be accepted. */
import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { InvitationView } from '../../api/types.ts'
import { invitationsQuery, withdrawInvitation } from '../access-queries.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import classes from './access.module.css'
import { ROLE_WORDS } from './role-words.ts'

export function Invitations({ businessId }: { businessId: string }) {
  const { data, error, refetch } = useQuery(invitationsQuery(businessId))
  if (error) return <Failed error={error} onRetry={() => void refetch()} />
  if (!data || data.length === 0) return null
  return (
    <Section title="Open invitations" hint="Each link works once. Whoever uses it gets its role.">
      <ul className={classes.rows}>
        {data.map((invitation) => (
          <li key={invitation.invitation_id} data-testid="invitation">
            <Open businessId={businessId} invitation={invitation} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Open({ businessId, invitation }: { businessId: string; invitation: InvitationView }) {
  const { invitation_id, role, email, made_by, expires_at } = invitation
  const cache = useQueryClient()
  const withdraw = useMutation({
    mutationFn: () => withdrawInvitation(businessId, invitation_id),
    onSuccess: () => cache.invalidateQueries({ queryKey: invitationsQuery(businessId).queryKey }),
  })
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <div className={classes.who}>
          <Group gap="xs">
            <Text fw={600}>{email ?? 'Whoever has the link'}</Text>
            <Badge variant="light" size="sm" tt="none">
              {ROLE_WORDS[role].title}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed">
            by {made_by} · until <Time ms={expires_at * 1000} as="moment" />
          </Text>
        </div>
        <Button
          variant="subtle"
          color="red"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate()}
        >
          Withdraw
        </Button>
      </Group>
      {withdraw.error && <Failed error={withdraw.error} />}
    </Stack>
  )
}
