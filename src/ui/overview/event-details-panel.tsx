/**
 * What stands behind one event name: who the people were (from counters), and parameters, pages,
 * devices and the newest events (from a sample that says its size).
 */
import { SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { EventDetails, SummaryEvent } from '../../api/types.ts'
import { CHANNEL_COLORS } from '../channel-colors.ts'
import { countOf, formatCount, formatMoney, formatShare } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { WINDOW_TEXT, type WindowName } from '../window.ts'
import { CHANNEL_WORDS } from '../words.ts'
import { browserName } from './agent-words.ts'
import classes from './event-table.module.css'
import { KeyCoverage } from './key-coverage.tsx'
import { detailsQuery } from './overview-queries.ts'
import { ShareList } from './share-list.tsx'

interface PanelProps {
  readonly datasetId: string
  readonly event: SummaryEvent
  readonly window: WindowName
}

export function EventDetailsPanel({ datasetId, event, window }: PanelProps) {
  const { data, error, refetch } = useQuery(detailsQuery(datasetId, event.event_name, window))
  return (
    <Stack gap="lg" className={classes.panel ?? ''}>
      <Sides datasetId={datasetId} event={event} window={window} />
      <Part
        title="Known about people"
        hint={`Share of all reports ${WINDOW_TEXT[window].sentence}.`}
      >
        <KeyCoverage event={event} />
      </Part>
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={200} />}
      {data && data.sample.events === 0 && (
        <Text size="sm" c="dimmed">
          None of them was counted in this window, so there is nothing to look into.
        </Text>
      )}
      {data && data.sample.events > 0 && <Sampled details={data} datasetId={datasetId} />}
    </Stack>
  )
}

/** Who saw them, and the way to why one side did not. */
function Sides({ datasetId, event: { event_name, pairs, counted }, window }: PanelProps) {
  const { both, browser_only, server_only } = pairs
  if (both + server_only === 0 || both + browser_only === 0) return null
  const all = `${countOf(counted, 'counted event')} ${WINDOW_TEXT[window].sentence}`
  const windowThere = window === 'yesterday' || window === '7d' ? window : undefined
  return (
    <Part title="Who reported them">
      <Text size="sm">
        Of {all}: browser and server {formatCount(both)}, the browser alone{' '}
        {formatCount(browser_only)}, the server alone {formatCount(server_only)}.{' '}
        <TextLink
          to="/datasets/$datasetId/deduplication"
          params={{ datasetId }}
          search={{ window: windowThere, event: event_name }}
          inherit
        >
          Why one side did not{windowThere ? '' : ' (48 hours)'}
        </TextLink>
      </Text>
    </Part>
  )
}

function Sampled({ details, datasetId }: { details: EventDetails; datasetId: string }) {
  const { sample, parameters, pages, pages_more, browsers, systems, event_name } = details
  const n = sample.events
  const of = sample.whole
    ? `All of this window: ${countOf(n, 'counted event')}.`
    : `A sample: the newest ${countOf(n, 'counted event')} of this window.`
  const rest = pages_more > 0 ? ` ${countOf(pages_more, 'event')} on other pages or with none.` : ''
  return (
    <>
      <Part title="Parameters sent" hint={`Share of the reports that carry each. ${of}`}>
        <Parameters rows={parameters} />
      </Part>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Part title="Top pages" hint={`${of}${rest}`}>
          <Shares items={pages} all={n} none="No report names a page." />
        </Part>
        <Part title="Devices" hint={of}>
          <Shares items={wordy(browsers)} all={n} none="" />
          <Text size="sm" c="dimmed" mt="xs">
            {wordy(systems)
              .map(({ name, events }) => `${name} ${formatShare(events, n)}`)
              .join(', ')}
          </Text>
        </Part>
      </SimpleGrid>
      <Part title="Newest events">
        <Newest events={details.events} datasetId={datasetId} />
        <TextLink
          size="sm"
          to="/datasets/$datasetId/events"
          params={{ datasetId }}
          search={{ event: event_name }}
        >
          All of them in the event log
        </TextLink>
      </Part>
    </>
  )
}

interface PartProps {
  readonly title: string
  readonly hint?: string
  readonly children: ReactNode
}

function Part({ title, hint, children }: PartProps) {
  return (
    <Stack gap="xs">
      <div>
        <Title order={3} size="h6">
          {title}
        </Title>
        {hint && (
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        )}
      </div>
      {children}
    </Stack>
  )
}

function Parameters({ rows }: { rows: EventDetails['parameters'] }) {
  if (rows.length === 0) return <Text size="sm">No report carried parameters.</Text>
  const sides = (['browser', 'server'] as const).filter((side) => rows.some((row) => row[side].of))
  return (
    <div className={classes.scroll}>
      <Table className={classes.coverage ?? ''} withRowBorders={false} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Parameter</Table.Th>
            {sides.map((side) => (
              <Table.Th scope="col" key={side} ta="right">
                of {formatCount(rows[0]?.[side].of ?? 0)} {side} reports
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Th scope="row" fw={400}>
                {row.key}
              </Table.Th>
              {sides.map((side) => (
                <Table.Td key={side} ta="right">
                  {formatShare(row[side].with, row[side].of)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

interface SharesProps {
  readonly items: readonly { readonly name: string; readonly events: number }[]
  readonly all: number
  readonly none: string
}

function Shares({ items, all, none }: SharesProps) {
  if (items.length === 0) return <Text size="sm">{none}</Text>
  const shown = items.map(({ name, events }) => ({ key: name, title: name, n: events }))
  return <ShareList items={shown} all={all} color={CHANNEL_COLORS.browser} />
}

function Newest({ events, datasetId }: { events: EventDetails['events']; datasetId: string }) {
  return (
    <Stack component="ul" gap={4} className={classes.newest ?? ''}>
      {events.map(
        ({ id, received_at, order_id, event_id, value, currency, channels, findings }) => (
          <Text component="li" size="sm" key={id}>
            <TextLink
              to="/datasets/$datasetId/events/$eventId"
              params={{ datasetId, eventId: id }}
              inherit
            >
              {order_id ? `Order ${order_id}` : (event_id ?? `Event ${id}`)}
            </TextLink>
            {value !== null && currency && `, ${formatMoney(value, currency)}`}
            {`, ${channels.map((channel) => CHANNEL_WORDS[channel].toLowerCase()).join(' and ')}, `}
            <Time ms={received_at * 1000} as="moment" />
            {findings > 0 && `, ${countOf(findings, 'note')}`}
          </Text>
        ),
      )}
    </Stack>
  )
}

const wordy = (items: SharesProps['items']): SharesProps['items'] =>
  items.map(({ name, events }) => ({ name: browserName(name), events }))
