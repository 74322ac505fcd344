/** Every event name: who reports it, how well it can be matched, the equation, and its money. */
import { Badge, Paper, Stack, Table, Text, Title, Tooltip, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { EventQuality, SummaryEvent } from '../../api/types.ts'
import { countOf, formatCount, formatMoney } from '../format.ts'
import { WINDOW_TEXT, type WindowName } from '../window.ts'
import { type Activity, activityDetail, lastSeen, STATUS_WORDS } from './activity-words.ts'
import { sumOf } from './equation-parts.ts'
import { EventDetailsPanel } from './event-details-panel.tsx'
import classes from './event-table.module.css'
import { activityQuery, scoresQuery } from './overview-queries.ts'

interface EventTableProps {
  readonly datasetId: string
  readonly events: readonly SummaryEvent[]
  readonly window: WindowName
}

export function EventTable({ datasetId, events, window }: EventTableProps) {
  const { data: activity = [] } = useQuery(activityQuery(datasetId))
  const { data: scores } = useQuery(scoresQuery(datasetId, window))
  return (
    <Paper component="section" withBorder aria-labelledby="events-by-name">
      <Stack gap={2} p={{ base: 'md', sm: 'lg' }} pb="sm">
        <Title order={2} size="h4" id="events-by-name">
          By event
        </Title>
        <Text size="sm" c="dimmed">
          Number of events {WINDOW_TEXT[window].sentence}. Open one for its parameters, pages,
          devices and newest events.
        </Text>
      </Stack>
      <Table className={classes.table ?? ''} aria-labelledby="events-by-name">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Event</Table.Th>
            <Table.Th scope="col">Reported by</Table.Th>
            <Table.Th scope="col">Match quality</Table.Th>
            <NumberHead>Received</NumberHead>
            <NumberHead>Duplicates removed</NumberHead>
            <NumberHead>Left out</NumberHead>
            <NumberHead>Counted</NumberHead>
            <NumberHead>Value</NumberHead>
          </Table.Tr>
        </Table.Thead>
        {events.map((event) => (
          <EventRows
            key={event.event_name}
            datasetId={datasetId}
            window={window}
            event={event}
            activity={activity.find((one) => one.event_name === event.event_name)}
            quality={scores?.find((one) => one.event_name === event.event_name)}
          />
        ))}
      </Table>
    </Paper>
  )
}

function NumberHead({ children }: { children: ReactNode }) {
  return (
    <Table.Th scope="col" className={classes.number ?? ''}>
      {children}
    </Table.Th>
  )
}

interface EventRowsProps {
  readonly datasetId: string
  readonly window: WindowName
  readonly event: SummaryEvent
  readonly activity: Activity | undefined
  readonly quality: EventQuality | undefined
}

function EventRows({ datasetId, window, event, activity, quality }: EventRowsProps) {
  const [opened, { toggle }] = useDisclosure()
  const { event_name: name, received, duplicates, dropped, rejected, counted, value } = event
  return (
    <Table.Tbody className={classes.event ?? ''}>
      <Table.Tr>
        <Table.Th scope="row" className={classes.name ?? ''}>
          <UnstyledButton onClick={toggle} aria-expanded={opened} className={classes.toggle ?? ''}>
            <IconChevronRight size={16} aria-hidden data-opened={opened || undefined} />
            {name}
          </UnstyledButton>
          {activity && <Status activity={activity} />}
        </Table.Th>
        <Table.Td data-label="Reported by">
          <Connection event={event} />
        </Table.Td>
        <Table.Td data-label="Match quality">
          <Score quality={quality} />
        </Table.Td>
        <NumberCell label="Received" value={sumOf(received)} />
        <NumberCell label="Duplicates removed" value={duplicates} sign="−" />
        <NumberCell label="Left out" value={dropped + rejected} sign="−" />
        <NumberCell label="Counted" value={counted} strong />
        <Table.Td className={classes.number ?? ''} data-label="Value">
          {value.length === 0 && (
            <Text span c="dimmed" inherit aria-label="none">
              –
            </Text>
          )}
          {value.map(({ currency, sum_exact }) => (
            <div key={currency}>{formatMoney(sum_exact, currency)}</div>
          ))}
        </Table.Td>
      </Table.Tr>
      {opened && (
        <Table.Tr>
          <Table.Td colSpan={8} className={classes.details ?? ''}>
            <EventDetailsPanel datasetId={datasetId} event={event} window={window} />
          </Table.Td>
        </Table.Tr>
      )}
    </Table.Tbody>
  )
}

function Status({ activity }: { activity: Activity }) {
  const { title, color } = STATUS_WORDS[activity.status]
  return (
    <Tooltip
      label={activityDetail(activity)}
      multiline
      w={280}
      withArrow
      events={{ hover: true, focus: true, touch: true }}
    >
      <UnstyledButton className={classes.status ?? ''} aria-description={activityDetail(activity)}>
        <Badge size="sm" variant="light" color={color} tt="none">
          {title}
        </Badge>{' '}
        {lastSeen(activity, Date.now())}
      </UnstyledButton>
    </Tooltip>
  )
}

/**
 * The channels in words, and the counted events by who reported them: they add up to Counted, and
 * are the same events as in Deduplication and Loss meter.
 */
function Connection({ event: { kept, pairs } }: { event: SummaryEvent }) {
  const names = { browser: 'browser', server: 'server', other: 'other' } as const
  const channels = (['browser', 'server', 'other'] as const).filter((name) => kept[name] > 0)
  const [first, ...more] = channels.map((name) => names[name])
  if (!first) {
    return (
      <Text size="sm" c="dimmed">
        All left out
      </Text>
    )
  }
  const words = [`${first.charAt(0).toUpperCase()}${first.slice(1)}`, ...more].join(' and ')
  return (
    <>
      <Text size="sm">{channels.length === 1 ? `${words} only` : words}</Text>
      {channels.length > 1 && (
        <Text size="sm" c="dimmed">
          {pairsInWords(pairs)}
        </Text>
      )}
    </>
  )
}

const PAIR_WORDS = {
  both: 'both',
  browser_only: 'browser only',
  server_only: 'server only',
  other_only: 'other only',
} as const

function pairsInWords(pairs: SummaryEvent['pairs']): string {
  const sides = (['both', 'browser_only', 'server_only', 'other_only'] as const).filter(
    (side) => pairs[side] > 0,
  )
  return sides.map((side) => `${formatCount(pairs[side])} ${PAIR_WORDS[side]}`).join(', ')
}

const BAND_WORDS = { poor: 'Poor', ok: 'OK', good: 'Good', great: 'Great' } as const

function Score({ quality }: { quality: EventQuality | undefined }) {
  if (quality?.score === undefined || quality.score === null) {
    return (
      <Text size="sm" c="dimmed">
        No server events
      </Text>
    )
  }
  const { score, band, events, few } = quality
  return (
    <>
      <Text size="sm" fw={600}>
        {score.toFixed(1)} / 10 {band && !few && BAND_WORDS[band]}
      </Text>
      <Text size="sm" c="dimmed">
        {few ? 'too few to say' : 'our estimate'}, {countOf(events, 'event')}
      </Text>
    </>
  )
}

interface NumberCellProps {
  readonly label: string
  readonly value: number
  readonly sign?: string
  readonly strong?: boolean
}

function NumberCell({ label, value, sign = '', strong = false }: NumberCellProps) {
  return (
    <Table.Td className={classes.number ?? ''} data-label={label} fw={strong ? 700 : 400}>
      {value === 0 ? (
        <Text span c="dimmed" inherit>
          0
        </Text>
      ) : (
        `${sign}${formatCount(value)}`
      )}
    </Table.Td>
  )
}
