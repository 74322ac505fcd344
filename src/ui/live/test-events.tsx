/** Events as they arrive: what browser and server each reported, and the one event they became. */
import {
  Alert,
  Button,
  EmptyState,
  Group,
  Paper,
  Skeleton,
  Stack,
  Text,
  VisuallyHidden,
} from '@mantine/core'
import { useDisclosure, useThrottledValue } from '@mantine/hooks'
import { IconFilterOff, IconFlask, IconInfoCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { PersonSearch } from '../event-log/person-search.tsx'
import { countOf } from '../format.ts'
import { ButtonLink, TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Failed } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'
import { CHANNEL_WORDS } from '../words.ts'
import { EventRow } from './event-row.tsx'
import { Filters } from './filters.tsx'
import classes from './live.module.css'
import { LiveControls } from './live-controls.tsx'
import { matches, ROWS_MAX, type Row } from './rows.ts'
import { useLiveRows } from './stream.ts'
import { TestTool } from './test-tool.tsx'

/** How often a screen reader may be told of new rows. */
const ANNOUNCE_MS = 4_000

export function TestEventsPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { channel, event, code, browser, q } = useSearch({
    from: '/signed-in/datasets/$datasetId/test-events',
  })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const [person, setPerson] = useState<readonly string[]>([])
  const live = useLiveRows(datasetId)
  const [sending, { toggle: toggleSending }] = useDisclosure()
  const mayDevelop = dataset?.may.includes('develop') ?? false
  const filter = {
    ...(channel && { channel }),
    ...(event && { event }),
    ...(code && { code }),
    ...(browser && { browser }),
    ...(person.length > 0 && { person }),
    ...(q && { text: q }),
  }
  const shown = live.rows.filter((row) => matches(row, filter))
  return (
    <Page
      title="Test events"
      of={dataset?.name ?? ''}
      lead="What arrives, as it arrives. A browser and a server report of one action share a row."
      actions={
        <Group gap="sm">
          {mayDevelop && (
            <Button
              variant={sending ? 'default' : 'filled'}
              leftSection={<IconFlask size={16} aria-hidden />}
              onClick={toggleSending}
              aria-expanded={sending}
            >
              {sending ? 'Close the test tool' : 'Send test events'}
            </Button>
          )}
          <LiveControls live={live} />
        </Group>
      }
    >
      {sending && dataset && (
        <TestTool datasetId={datasetId} sandbox={dataset.test_events === 'sandbox'} />
      )}
      <Filters
        rows={live.rows}
        person={<PersonSearch country={dataset?.default_country ?? null} onChange={setPerson} />}
      />
      {dataset && <TestCodes sandbox={dataset.test_events === 'sandbox'} />}
      {live.error !== undefined && <Failed error={live.error} onRetry={live.retry} />}
      {!live.loaded && <Skeleton height={240} />}
      {live.loaded && live.error === undefined && live.rows.length === 0 && (
        <Waiting datasetId={datasetId} />
      )}
      {live.rows.length > 0 && shown.length === 0 && (
        <EmptyState
          py={40}
          icon={<IconFilterOff aria-hidden />}
          title="No event fits the filter"
          description={`${countOf(live.rows.length, 'event')} without it. New ones that fit appear here.`}
        />
      )}
      {shown.length > 0 && <Rows rows={shown} />}
      {live.rows.length >= ROWS_MAX && (
        <Alert variant="light" color="gray" icon={<IconInfoCircle aria-hidden />}>
          Only the newest {countOf(ROWS_MAX, 'event')} stay on this page. Older ones are kept in the
          dataset.
        </Alert>
      )}
      <Announcer rows={shown} />
    </Page>
  )
}

/** What a test code changes, because people expect either. */
function TestCodes({ sandbox }: { sandbox: boolean }) {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  return (
    <Text size="sm" c="dimmed">
      {sandbox
        ? 'Events with a test_event_code are only shown here: not counted, not sent. '
        : 'Events with a test_event_code count and are sent like all others, as with Meta, unless the code begins with SANDBOX-. '}
      <TextLink to="/datasets/$datasetId/settings" params={{ datasetId }}>
        {sandbox ? 'Let them count' : 'Keep tests in a sandbox'}
      </TextLink>
    </Text>
  )
}

function Rows({ rows }: { rows: readonly Row[] }) {
  return (
    <Paper withBorder className={classes.rows ?? ''}>
      <div className={classes.head} aria-hidden="true">
        <span>Event</span>
        <span>Browser reported</span>
        <span>Server reported</span>
        <span>What became of it</span>
      </div>
      <ul className={classes.list} aria-label="Events, newest first">
        {rows.map((row) => (
          <EventRow key={row.seq} row={row} />
        ))}
      </ul>
    </Paper>
  )
}

function Waiting({ datasetId }: { datasetId: string }) {
  return (
    <Paper withBorder py={48} px="md">
      <EmptyState
        icon={<span className={classes.pulse} />}
        title="Waiting for the first event"
        description="Open your site in another tab and click around. Everything it reports shows up here within a second."
      >
        <Group justify="center" mt="md">
          <ButtonLink to="/datasets/$datasetId/install" params={{ datasetId }}>
            How to install
          </ButtonLink>
        </Group>
      </EmptyState>
    </Paper>
  )
}

/** Tells of the newest row politely and not too often; the rows themselves stay silent. */
function Announcer({ rows }: { rows: readonly Row[] }) {
  const newest = rows.find(({ seen }) => seen > 0)
  const leg = newest?.legs.at(-1)
  const words = leg
    ? `${leg.event_name} from ${CHANNEL_WORDS[leg.channel].toLowerCase()}, ${countOf(newest?.legs.length ?? 1, 'report')}`
    : ''
  return (
    <VisuallyHidden role="status">
      <Stack>
        <Text>{useThrottledValue(words, ANNOUNCE_MS)}</Text>
      </Stack>
    </VisuallyHidden>
  )
}
