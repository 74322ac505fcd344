/** Every event that ever arrived: search, open, export. */
import { Button, EmptyState, Group, Paper, Skeleton, Text } from '@mantine/core'
import { IconListSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { EventView } from '../../api/types.ts'
import { countOf, formatAge } from '../format.ts'
import { EventRow } from '../live/event-row.tsx'
import classes from '../live/live.module.css'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetQuery } from '../queries.ts'
import { ExportMenu } from './export-menu.tsx'
import { Exports } from './exports.tsx'
import { LogFilters } from './log-filters.tsx'
import { isLookedThrough } from './log-search.ts'
import { PersonProducts } from './person-products.tsx'
import { PersonSearch } from './person-search.tsx'
import { useEventLog } from './use-event-log.ts'

/** A download that was begun is known to the server by then. */
const EXPORT_BEGINS_MS = 5000

export function EventLogPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const search = useSearch({ from: '/signed-in/datasets/$datasetId/events' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const [person, setPerson] = useState<readonly string[]>([])
  const [expectedUntilMs, setExpectedUntilMs] = useState(0)
  const log = useEventLog(datasetId, search, person)
  const { events, error, isPending, refetch } = log
  return (
    <Page
      title="Event log"
      of={dataset?.name ?? ''}
      lead="Every event that arrived, each merged from its reports. The newest first."
      actions={
        <ExportMenu
          datasetId={datasetId}
          search={search}
          person={person}
          onBegin={() => setExpectedUntilMs(Date.now() + EXPORT_BEGINS_MS)}
        />
      }
    >
      <LogFilters
        person={<PersonSearch country={dataset?.default_country ?? null} onChange={setPerson} />}
      />
      <Exports datasetId={datasetId} expectedUntilMs={expectedUntilMs} />
      {person.length > 0 && <PersonProducts datasetId={datasetId} person={person} />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {isPending && <Skeleton height={320} />}
      {events && events.length > 0 && <Rows events={events} />}
      {events && (
        <More
          log={log}
          lookedThrough={log.isPartly || isLookedThrough(search, person)}
          filtered={person.length > 0 || Object.values(search).some((value) => value !== undefined)}
        />
      )}
    </Page>
  )
}

function Rows({ events }: { events: readonly EventView[] }) {
  return (
    <Paper withBorder className={classes.rows ?? ''}>
      <div className={classes.head} aria-hidden="true">
        <span>Event</span>
        <span>Browser reported</span>
        <span>Server reported</span>
        <span>What became of it</span>
      </div>
      <ul className={classes.list} aria-label="Events, newest first">
        {events.map(({ seq, legs }) => {
          const [first, ...later] = legs
          return (
            first && <EventRow key={seq} row={{ seq, legs: [first, ...later], seen: 0 }} dated />
          )
        })}
      </ul>
    </Paper>
  )
}

interface MoreProps {
  readonly log: ReturnType<typeof useEventLog>
  readonly lookedThrough: boolean
  readonly filtered: boolean
}

/** What there is beyond the rows: older ones, a log still to be looked through, or nothing. */
function More({ log, lookedThrough, filtered }: MoreProps) {
  const { events = [], hasNextPage, isFetchingNextPage, lookingBack, lookFurther, stop } = log
  if (!hasNextPage && events.length === 0) return <Nothing filtered={filtered} />
  if (!lookedThrough) {
    if (!hasNextPage) return <End>These are all that fit.</End>
    return (
      <Group justify="center">
        <Button variant="default" onClick={lookFurther} loading={isFetchingNextPage}>
          Show older ones
        </Button>
      </Group>
    )
  }
  if (!hasNextPage) {
    return <End>{countOf(events.length, 'event')}. The whole log was looked through.</End>
  }
  const busy = isFetchingNextPage || lookingBack
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" gap="sm">
        <Text size="sm" role="status">
          {events.length === 0 ? 'Nothing found so far. ' : `${countOf(events.length, 'event')}. `}
          <LookedBack to={log.lookedBackTo} />
        </Text>
        {busy ? (
          <Button variant="default" onClick={stop} loading={!lookingBack}>
            Stop looking
          </Button>
        ) : (
          <Button variant="default" onClick={lookFurther}>
            Look further back
          </Button>
        )}
      </Group>
    </Paper>
  )
}

function LookedBack({ to }: { to: number | null }) {
  if (to === null) return 'Not all of the log was looked through yet.'
  return (
    <>
      Looked through {formatAge(Date.now() - to * 1000)} so far, back to{' '}
      <Time ms={to * 1000} as="moment" />.
    </>
  )
}

function End({ children }: { children: React.ReactNode }) {
  return (
    <Text size="sm" c="dimmed" ta="center" role="status">
      {children}
    </Text>
  )
}

function Nothing({ filtered }: { filtered: boolean }) {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  return (
    <Paper withBorder py={48} px="md">
      {filtered ? (
        <EmptyState
          icon={<IconListSearch aria-hidden />}
          title="No event fits the search"
          description="Unless Outcome says otherwise, only counted events are listed: what you look for may have been dropped or rejected."
        />
      ) : (
        <EmptyState
          icon={<IconListSearch aria-hidden />}
          title="Nothing has arrived yet"
          description="Paste the snippet into your site, or send an event from your server."
        >
          <ButtonLink mt="md" to="/datasets/$datasetId/install" params={{ datasetId }}>
            How to install
          </ButtonLink>
        </EmptyState>
      )}
    </Paper>
  )
}
