/** Counted events over time by who saw them, as a chart or as a table of the same numbers. */
import { Group, SegmentedControl, Skeleton, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Summary } from '../../api/types.ts'
import { countOf, formatBucket, formatCount, formatUtc } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { timelineQuery, useShopZone } from '../queries.ts'
import { stepOf, WINDOW_TEXT, type WindowName } from '../window.ts'
import { type Bar, barsOf, barTotal, SERIES, type Series } from './chart-data.ts'
import classes from './timeline.module.css'

const Chart = lazy(async () => ({ default: (await import('./timeline-chart.tsx')).TimelineChart }))

interface TimelineProps {
  readonly datasetId: string
  readonly window: WindowName
  readonly show: 'chart' | 'table'
  readonly summary: Summary
}

export function CountedOverTime({ datasetId, window, show, summary }: TimelineProps) {
  const navigate = useNavigate({ from: '/datasets/$datasetId/' })
  const { data, error, refetch } = useQuery(timelineQuery(datasetId, window))
  const step = stepOf(window)
  const zone = useShopZone(datasetId)
  const bars = data && barsOf(data.points, { from: data.from, to: data.to }, { step, zone })
  const series = SERIES.filter(({ name }) => name !== 'other' || summary.pairs.other_only > 0)
  return (
    <Section
      title="Counted events over time"
      hint={`Events per ${step}, ${WINDOW_TEXT[window].sentence}. ${seenBy(summary)}`}
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Show as"
          value={show}
          data={[
            { value: 'chart', label: 'Chart' },
            { value: 'table', label: 'Table' },
          ]}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, show: value === 'table' ? value : undefined }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!bars && !error && <Skeleton height={300} />}
      {bars && show === 'chart' && (
        <>
          <Legend series={series} />
          <Suspense fallback={<Skeleton height={300} />}>
            <Chart bars={bars} series={series} step={step} zone={zone} />
          </Suspense>
        </>
      )}
      {bars && show === 'table' && <BarTable bars={bars} series={series} step={step} zone={zone} />}
    </Section>
  )
}

/** The chart in one sentence, also for whoever cannot see it. */
function seenBy({ counted, pairs }: Summary): string {
  if (counted === 0) return 'Nothing was counted.'
  const parts = [
    pairs.both > 0 && `${formatCount(pairs.both)} seen by browser and server`,
    pairs.browser_only > 0 && `${formatCount(pairs.browser_only)} by the browser only`,
    pairs.server_only > 0 && `${formatCount(pairs.server_only)} by the server only`,
    pairs.other_only > 0 && `${formatCount(pairs.other_only)} by other sources`,
  ].filter((part) => part !== false)
  return `Of ${countOf(counted, 'counted event')}: ${parts.join(', ')}.`
}

function Legend({ series }: { series: readonly Series[] }) {
  return (
    <Group gap="lg" aria-hidden="true">
      {series.map(({ name, label, color }) => (
        <Text key={name} size="sm" className={classes.legend ?? ''}>
          <span className={classes.swatch} style={{ background: color }} />
          {label}
        </Text>
      ))}
    </Group>
  )
}

interface BarTableProps {
  readonly bars: readonly Bar[]
  readonly series: readonly Series[]
  readonly step: 'hour' | 'day'
  readonly zone: string
}

/** Newest first, without the empty hours. */
function BarTable({ bars, series, step, zone }: BarTableProps) {
  const filled = bars.filter((bar) => barTotal(bar) > 0).reverse()
  if (filled.length === 0) return <Text c="dimmed">Nothing was counted in this window.</Text>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <section className={classes.table} tabIndex={0} aria-label="The chart as a table">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{step === 'hour' ? 'Hour from' : 'Day'}</Table.Th>
            {series.map(({ name, label }) => (
              <Table.Th scope="col" key={name} ta="right">
                {label}
              </Table.Th>
            ))}
            <Table.Th scope="col" ta="right">
              Counted
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {filled.map((bar) => (
            <Table.Tr key={bar.start}>
              <Table.Th scope="row" fw={400} title={formatUtc(bar.start * 1000)}>
                {formatBucket(bar.start, step, zone)}
              </Table.Th>
              {series.map(({ name }) => (
                <Table.Td key={name} ta="right">
                  {formatCount(bar[name])}
                </Table.Td>
              ))}
              <Table.Td ta="right" fw={600}>
                {formatCount(barTotal(bar))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
