/** Deduplication: how browser and server reports find together, and why some never do. */
import { Group, SimpleGrid, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { DeduplicationAnswer } from '../../api/types.ts'
import { CHANNEL_COLORS } from '../channel-colors.ts'
import { countOf, formatCount, formatShare } from '../format.ts'
import { type Bar, SERIES } from '../overview/chart-data.ts'
import { ShareList } from '../overview/share-list.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { deduplicationQuery, QUALITY_WINDOW_TEXT, type QualityWindow } from '../quality-queries.ts'
import { datasetQuery, useShopZone } from '../queries.ts'
import { MATCHED_BY_WORDS } from '../words.ts'
import {
  Covered,
  EventSelect,
  Figure,
  Figures,
  Nothing,
  Scale,
  Scroll,
  ShareWords,
  WindowControl,
} from './parts.tsx'
import classes from './quality.module.css'
import { asLocalDay } from './trend.ts'
import { UnpairedSamples } from './unpaired-samples.tsx'
import { SHARED_KEY_WORDS } from './words.ts'

const Chart = lazy(async () => ({
  default: (await import('../overview/timeline-chart.tsx')).TimelineChart,
}))

export function DeduplicationPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const {
    window = '48h',
    event,
    side = 'server',
  } = useSearch({ from: '/signed-in/datasets/$datasetId/deduplication' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/deduplication' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data, error, isPending, refetch } = useQuery(
    deduplicationQuery(datasetId, { window, event }),
  )
  const change = (to: { window?: QualityWindow; event?: string | undefined }) =>
    void navigate({
      search: (before) => ({ ...before, ...to }),
      replace: true,
      resetScroll: false,
    })
  return (
    <Page
      title="Deduplication"
      of={dataset?.name ?? ''}
      lead={
        data && (
          <Covered of={data} window={window}>
            Every action can be reported twice, and counts once: the two must find together.
          </Covered>
        )
      }
      actions={
        <Group>
          <EventSelect
            value={event ?? null}
            names={data?.by_event.map(({ event_name }) => event_name) ?? []}
            all="All events"
            onChange={(to) => change({ event: to })}
          />
          <WindowControl window={window} onChange={(to) => change({ window: to })} />
        </Group>
      }
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data && <Report datasetId={datasetId} asked={{ window, event, side }} report={data} />}
    </Page>
  )
}

interface ReportProps {
  readonly datasetId: string
  readonly asked: {
    readonly window: QualityWindow
    readonly event: string | undefined
    readonly side: 'browser' | 'server'
  }
  readonly report: DeduplicationAnswer
}

function Report({ datasetId, asked, report }: ReportProps) {
  const { both, browser_only, server_only } = report.coverage
  const { sentence } = QUALITY_WINDOW_TEXT[asked.window]
  if (both + browser_only + server_only === 0) {
    return (
      <Nothing datasetId={datasetId} title={`Nothing was counted ${sentence}`}>
        Paste the snippet into your site and report the same events from your server, with one
        event_id for both.
      </Nothing>
    )
  }
  return (
    <>
      <Coverage report={report} sentence={sentence} />
      <OverTime report={report} sentence={sentence} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <RecognisedBy report={report} sentence={sentence} />
        <SharedKeys report={report} sentence={sentence} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Reasons side="server" report={report} sentence={sentence} />
        <Reasons side="browser" report={report} sentence={sentence} />
      </SimpleGrid>
      <UnpairedSamples datasetId={datasetId} {...asked} />
      <ByEvent report={report} sentence={sentence} />
    </>
  )
}

interface PartProps {
  readonly report: DeduplicationAnswer
  readonly sentence: string
}

function Coverage({ report, sentence }: PartProps) {
  const { coverage, coverage_7d, by } = report
  const { share, low, high, goal, both, browser_only, server_only } = coverage
  const sameId = by.find(({ how }) => how === 'event_id')?.events ?? 0
  const seen = both + browser_only
  return (
    <Section
      title="Event coverage"
      hint={`Of the events that browsers reported ${sentence}, those that your server reported too. The goal is ${formatShare(goal, 1)}.`}
    >
      {share === null ? (
        <Text>No browser event {sentence}: there is nothing for a server report to meet.</Text>
      ) : (
        <Stack gap="sm">
          <Text size="lg" data-testid="coverage">
            <ShareWords part={both} all={seen} low={low} high={high} /> of{' '}
            {countOf(seen, 'browser event')}
          </Text>
          <Scale value={share} low={low} high={high} max={1} goal={goal} />
          <NeverOnServer report={report} />
          {coverage_7d !== null && (
            <Text size="sm" c="dimmed">
              Mean of the 7 days that end with this window, the way Meta states it:{' '}
              {formatShare(coverage_7d, 1)}.
            </Text>
          )}
        </Stack>
      )}
      <Figures>
        <Figure label="Known to both" value={formatCount(both)} testId="both">
          counted events, {formatCount(sameId)} of them ({formatShare(sameId, both)}) by the same
          event_id
        </Figure>
        <Figure label="Browser only" value={formatCount(browser_only)} testId="browser-only">
          your server did not report them
        </Figure>
        <Figure label="Server only" value={formatCount(server_only)} testId="server-only">
          the browser did not; without the server nobody would know
        </Figure>
      </Figures>
    </Section>
  )
}

/** Pages that are looked at are often reported by the browser alone, and drown what matters. */
function NeverOnServer({ report }: Pick<PartProps, 'report'>) {
  const { coverage, by_event, event_name } = report
  // The list is of all events; the coverage of one has nothing of the others in it.
  if (event_name !== null) return null
  const names = by_event.filter(
    ({ coverage: { both, server_only, browser_only } }) =>
      both + server_only === 0 && browser_only > 0,
  )
  const alone = names.reduce((sum, one) => sum + one.coverage.browser_only, 0)
  const rest = coverage.both + coverage.browser_only - alone
  if (alone === 0 || coverage.both === 0) return null
  const first = names.slice(0, NAMES_SHOWN).map(({ event_name }) => event_name)
  const more = names.length > first.length ? ` and ${names.length - first.length} more` : ''
  return (
    <Text size="sm" data-testid="never-on-server">
      Your server never reports {first.join(', ')}
      {more}: {countOf(alone, 'browser event')}. Without them the coverage is{' '}
      <b>{formatShare(coverage.both, rest)}</b> of {formatCount(rest)}.
    </Text>
  )
}

const NAMES_SHOWN = 3

function OverTime({ report: { dataset_id, points, step }, sentence }: PartProps) {
  const zone = useShopZone(dataset_id)
  const bars: Bar[] = points.map(({ time, both, browser_only, server_only }) => ({
    start: step === 'day' ? asLocalDay(time) : time,
    both,
    browser: browser_only,
    server: server_only,
    other: 0,
  }))
  const series = SERIES.filter(({ name }) => name !== 'other')
  return (
    <Section
      title="Pairs over time"
      hint={
        step === 'day'
          ? 'Counted events per whole UTC day: the first begins before the window does.'
          : `Counted events per hour ${sentence}.`
      }
    >
      <Group gap="lg" aria-hidden="true">
        {series.map(({ name, label, color }) => (
          <Text key={name} size="sm">
            <span style={{ color }}>■</span> {label}
          </Text>
        ))}
      </Group>
      <Suspense fallback={<Skeleton height={300} />}>
        <Chart bars={bars} series={series} step={step} zone={step === 'hour' ? zone : undefined} />
      </Suspense>
    </Section>
  )
}

function RecognisedBy({ report, sentence }: PartProps) {
  const items = report.by
    .filter(({ events }) => events > 0)
    .map(({ how, events }) => ({ key: how, ...MATCHED_BY_WORDS[how], n: events }))
  return (
    <Section
      title="What pairs were recognised by"
      hint={`Of ${countOf(report.coverage.both, 'pair')} ${sentence}. What an earlier key explains, a later one does not count again.`}
    >
      {items.length === 0 ? (
        <Text c="dimmed">No event was reported by both sides.</Text>
      ) : (
        <ShareList items={items} all={report.coverage.both} color={CHANNEL_COLORS.both} />
      )}
    </Section>
  )
}

function SharedKeys({ report, sentence }: PartProps) {
  return (
    <Section title="Keys that both sides can share" hint={`Share of reports ${sentence}.`}>
      <Scroll label="Keys that both sides can share">
        <Table className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Key</Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Browser
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Server
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.keys.map(({ key, browser, server }) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" fw={400}>
                  {SHARED_KEY_WORDS[key] ?? key}
                </Table.Th>
                {[browser, server].map((carried, index) => (
                  <Table.Td
                    // biome-ignore lint/suspicious/noArrayIndexKey: two fixed columns
                    key={index}
                    className={classes.number ?? ''}
                  >
                    <b>{formatShare(carried.with, carried.of)}</b>{' '}
                    <Text span size="sm" c="dimmed">
                      of {formatCount(carried.of)}
                    </Text>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}

function Reasons({ report, sentence, side }: PartProps & { readonly side: 'browser' | 'server' }) {
  const reasons = report.unpaired[side]
  const all = reasons.reduce((sum, { events }) => sum + events, 0)
  const color = side === 'server' ? CHANNEL_COLORS.server : CHANNEL_COLORS.browser
  return (
    <Section
      title={side === 'server' ? 'Why the browser is missing' : 'Why the server is missing'}
      hint={`${countOf(all, 'conversion')} that only the ${side} reported ${sentence}.`}
    >
      {all === 0 ? (
        <Text c="dimmed">None: every conversion of the {side} has its twin.</Text>
      ) : (
        <ShareList
          items={reasons.map(({ reason, title, fix, events }) => ({
            key: reason,
            title,
            detail: fix,
            n: events,
          }))}
          all={all}
          color={color}
        />
      )}
    </Section>
  )
}

function ByEvent({ report, sentence }: PartProps) {
  return (
    <Section title="By event" hint={`Counted events ${sentence}, conversions first.`}>
      <Scroll label="Pairs by event">
        <Table className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Event</Table.Th>
              {['Both', 'Browser only', 'Server only', 'Coverage'].map((head) => (
                <Table.Th scope="col" key={head} className={classes.number ?? ''}>
                  {head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.by_event.map(({ event_name, coverage }) => (
              <Table.Tr key={event_name}>
                <Table.Th scope="row" fw={400}>
                  {event_name}
                </Table.Th>
                <Table.Td className={classes.number ?? ''}>{formatCount(coverage.both)}</Table.Td>
                <Table.Td className={classes.number ?? ''}>
                  {formatCount(coverage.browser_only)}
                </Table.Td>
                <Table.Td className={classes.number ?? ''}>
                  {formatCount(coverage.server_only)}
                </Table.Td>
                <Table.Td className={classes.number ?? ''}>
                  {formatShare(coverage.both, coverage.both + coverage.browser_only)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}
