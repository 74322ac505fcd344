/** The business of the page: another one to choose, where there are several, and its own pages. */
import { Select, Text } from '@mantine/core'
import { IconBell, IconHistory, IconServerCog, IconUsers } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { PageLink } from '../parts/links.tsx'
import { sessionQuery } from '../queries.ts'
import { mayAdminister } from './no-entry.tsx'
import classes from './shell.module.css'
import { useBusiness } from './use-business.ts'

export function BusinessLinks() {
  const { data: session } = useQuery(sessionQuery)
  const business = useBusiness()
  if (!session) return null
  const isAdmin = business !== undefined && mayAdminister(business)
  return (
    <>
      {business && (isAdmin || session.businesses.length > 1) && (
        <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4} lineClamp={1}>
          {session.businesses.length > 1 ? 'Business' : business.name}
        </Text>
      )}
      {business && session.businesses.length > 1 && <Switcher businessId={business.business_id} />}
      {business && isAdmin && <Pages businessId={business.business_id} />}
      {session.operator && (
        <>
          <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4}>
            This server
          </Text>
          <PageLink
            to="/accounts"
            label="Accounts"
            leftSection={<IconServerCog size={18} aria-hidden />}
            className={classes.link ?? ''}
          />
        </>
      )}
    </>
  )
}

function Pages({ businessId }: { businessId: string }) {
  return (
    <>
      <PageLink
        to="/businesses/$businessId/people"
        params={{ businessId }}
        label="People"
        leftSection={<IconUsers size={18} aria-hidden />}
        className={classes.link ?? ''}
      />
      <PageLink
        to="/businesses/$businessId/alerts"
        params={{ businessId }}
        label="Alerts"
        leftSection={<IconBell size={18} aria-hidden />}
        className={classes.link ?? ''}
      />
      <PageLink
        to="/businesses/$businessId/history"
        params={{ businessId }}
        label="History"
        leftSection={<IconHistory size={18} aria-hidden />}
        className={classes.link ?? ''}
      />
    </>
  )
}

const BUSINESS_PAGES = [
  '/businesses/$businessId/people',
  '/businesses/$businessId/history',
  '/businesses/$businessId/alerts',
] as const

/** Goes to the same page of the other business where it has one, else to its datasets. */
function Switcher({ businessId }: { businessId: string }) {
  const { data: session } = useQuery(sessionQuery)
  const { businessId: shown } = useParams({ strict: false })
  const page = useRouterState({ select: (state) => state.matches.at(-1)?.fullPath })
  const navigate = useNavigate()
  return (
    <Select
      aria-label="Business"
      mx="sm"
      mb={4}
      size="sm"
      value={businessId}
      allowDeselect={false}
      searchable={(session?.businesses.length ?? 0) > 8}
      nothingFoundMessage="No such business"
      data={(session?.businesses ?? []).map(({ business_id, name }) => ({
        value: business_id,
        label: name,
      }))}
      onChange={(id) => {
        if (!id) return
        const next = session?.businesses.find(({ business_id }) => business_id === id)
        if (shown && next && mayAdminister(next)) {
          const to = BUSINESS_PAGES.find((one) => one === page) ?? BUSINESS_PAGES[0]
          void navigate({ to, params: { businessId: id } })
        } else void navigate({ to: '/', search: { business: id } })
      }}
    />
  )
}
