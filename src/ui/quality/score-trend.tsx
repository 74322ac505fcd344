/** The score day by day, of the events that matter most, as a chart and as the same numbers. */
import { Group, Skeleton, Table, Text } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { MatchQualityAnswer } from '../../api/types.ts'
import { formatCount } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Scroll } from './parts.tsx'
import classes from './quality.module.css'
import { TREND_COLORS, type TrendPoint, utcDay } from './trend.ts'
import { formatScore } from './words.ts'

const Chart = lazy(async () => ({ default: (await import('./score-chart.tsx')).ScoreChart }))

/** More lines than colours that everybody can tell apart would be no chart. */
const LINES_MAX = 3

interface TrendProps {
  readonly quality: MatchQualityAnswer
  readonly names: readonly string[]
}

export function ScoreTrend({ quality: { trend }, names }: TrendProps) {
  const shown = names.slice(0, LINES_MAX)
  const days = [...new Set(trend.map(({ time }) => time))].sort((a, b) => a - b)
  if (days.length < 2) return null
  const points = days.map((time) => ({ time, scores: scoresAt(trend, time, shown) }))
  return (
    <Section
      title="Score by day"
      hint={`Score from 0 to 10, per UTC day${names.length > LINES_MAX ? `, of the first ${LINES_MAX} events` : ''}.`}
    >
      <Group gap="lg" aria-hidden="true">
        {shown.map((name, index) => (
          <Text key={name} size="sm">
            <span style={{ color: TREND_COLORS[index] ?? '' }}>■</span> {name}
          </Text>
        ))}
      </Group>
      <Suspense fallback={<Skeleton height={220} />}>
        <Chart points={points} names={shown} />
      </Suspense>
      <details>
        <summary>The chart as a table</summary>
        <Scroll label="Score by day">
          <Table className={classes.table ?? ''}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Day (UTC)</Table.Th>
                {shown.map((name) => (
                  <Table.Th scope="col" key={name} className={classes.number ?? ''}>
                    {name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {points.map(({ time, scores }) => (
                <Table.Tr key={time}>
                  <Table.Th scope="row" fw={400}>
                    {utcDay(time)}
                  </Table.Th>
                  {shown.map((name) => (
                    <Table.Td key={name} className={classes.number ?? ''}>
                      {scores[name]
                        ? `${formatScore(scores[name].score)} (n = ${formatCount(scores[name].events)})`
                        : '–'}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scroll>
      </details>
    </Section>
  )
}

function scoresAt(
  trend: MatchQualityAnswer['trend'],
  time: number,
  names: readonly string[],
): TrendPoint['scores'] {
  const own = trend.filter((one) => one.time === time && names.includes(one.event_name))
  return Object.fromEntries(own.map(({ event_name, ...rest }) => [event_name, rest]))
}
