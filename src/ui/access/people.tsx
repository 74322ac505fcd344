/** The people of a business: who has which role, who is invited, and the business itself. */
import { Badge, Group, Select, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { MemberView, RoleName } from '../../api/types.ts'
import { changeRole, membersQuery, removeMember } from '../access-queries.ts'
import { ApiError } from '../api-client.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading, PageNotFound } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { sessionQuery } from '../queries.ts'
import { ForAdmins, mayAdminister } from '../shell/no-entry.tsx'
import { type OwnBusiness, useOwnBusiness } from '../shell/use-business.ts'
import classes from './access.module.css'
import { BusinessSection } from './business-section.tsx'
import { Invitations } from './invitations.tsx'
import { InvitePerson } from './invite-person.tsx'
import { ROLE_WORDS, ROLES } from './role-words.ts'

export function PeoplePage() {
  const { businessId } = useParams({ from: '/signed-in/businesses/$businessId/people' })
  const business = useOwnBusiness(businessId)
  if (business && !mayAdminister(business)) return <ForAdmins title="People" business={business} />
  return <People businessId={businessId} business={business} />
}

interface PeopleProps {
  readonly businessId: string
  readonly business: OwnBusiness | undefined
}

function People({ businessId, business }: PeopleProps) {
  const members = useQuery(membersQuery(businessId))
  if (members.error instanceof ApiError && members.error.status === 404) return <PageNotFound />
  const isOwner = business?.role === 'owner'
  return (
    <Page
      title="People"
      of={business?.name ?? ''}
      lead={`Who may do what in ${business?.name ?? 'this business'}, with all its datasets.`}
      actions={business && <InvitePerson businessId={businessId} isOwner={isOwner} />}
    >
      {members.isPending && <PageLoading />}
      {members.error && <Failed error={members.error} onRetry={() => void members.refetch()} />}
      {members.data && business && (
        <>
          <Section title="People" hint="A role holds for every dataset of the business.">
            {members.data.length === 0 && (
              <Text c="dimmed">
                Nobody yet. Invite somebody as owner to hand the business over.
              </Text>
            )}
            <ul className={classes.rows}>
              {members.data.map((member) => (
                <li key={member.person_id} data-testid="person">
                  <Member businessId={businessId} member={member} isOwner={isOwner} />
                </li>
              ))}
            </ul>
          </Section>
          <Invitations businessId={businessId} />
          <BusinessSection business={business} />
        </>
      )}
    </Page>
  )
}

interface MemberProps {
  readonly businessId: string
  readonly member: MemberView
  readonly isOwner: boolean
}

function Member({ businessId, member, isOwner }: MemberProps) {
  const { person_id, name, email, role, since, me } = member
  const cache = useQueryClient()
  const refresh = async (): Promise<void> => {
    await cache.invalidateQueries({ queryKey: ['businesses'] })
    await cache.invalidateQueries({ queryKey: sessionQuery.queryKey })
  }
  const change = useMutation({
    mutationFn: (next: RoleName) => changeRole(businessId, person_id, next),
    onSuccess: refresh,
  })
  const remove = useMutation({
    mutationFn: (_: undefined) => removeMember(businessId, person_id),
    onSuccess: refresh,
  })
  const locked = role === 'owner' && !isOwner
  const roles = ROLES.filter((one) => one !== 'owner' || isOwner || role === 'owner')
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <div className={classes.who}>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            {me && (
              <Badge variant="light" size="sm" tt="none">
                You
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {email} · since <Time ms={since * 1000} as="moment" />
          </Text>
        </div>
        <Group gap="sm">
          <Select
            aria-label={`Role of ${name}`}
            w={140}
            value={change.isPending ? (change.variables ?? role) : role}
            disabled={locked}
            allowDeselect={false}
            data={roles.map((one) => ({ value: one, label: ROLE_WORDS[one].title }))}
            onChange={(next) => next && next !== role && change.mutate(next)}
          />
          <Confirm
            label={me ? 'Leave' : 'Remove'}
            title={me ? 'Leave this business?' : `Remove ${name}?`}
            action={me ? 'Leave it' : 'Remove'}
            danger
            disabled={locked}
            button={{ variant: 'subtle', color: 'red' }}
            work={remove}
          >
            {me ? 'You see' : `${name} sees`} nothing of this business any more. Tokens made before
            go on working: look through them on the Tokens page of each dataset.
          </Confirm>
        </Group>
      </Group>
      {change.error && <Failed error={change.error} />}
    </Stack>
  )
}
