/** The lines of the score's trend, in a chunk of their own because the chart library is large. */
import '@mantine/charts/styles.css'
import { LineChart } from '@mantine/charts'
import { formatCount } from '../format.ts'
import timeline from '../overview/timeline.module.css'
import { TREND_COLORS, type TrendPoint, utcDay } from './trend.ts'
import { formatScore } from './words.ts'

interface ChartProps {
  readonly points: readonly TrendPoint[]
  readonly names: readonly string[]
}

const DASHES = ['0', '6 3', '2 3'] as const

export function ScoreChart({ points, names }: ChartProps) {
  return (
    <div
      role="img"
      aria-label={`Line chart of the score by day of ${names.join(', ')}. The same numbers stand in the table below.`}
    >
      <LineChart
        h={220}
        // By position: a name may hold dots, which the chart would take for a path.
        data={points.map(({ time, scores }) => ({
          time,
          ...Object.fromEntries(
            names.map((name, index) => [`line${index}`, scores[name]?.score ?? null]),
          ),
        }))}
        dataKey="time"
        series={names.map((name, index) => ({
          name: `line${index}`,
          label: name,
          color: TREND_COLORS[index] ?? 'gray',
          strokeDasharray: DASHES[index] ?? '0',
        }))}
        curveType="linear"
        connectNulls={false}
        valueFormatter={formatScore}
        gridAxis="x"
        tickLine="none"
        withTooltip
        xAxisProps={{ tickFormatter: utcDay, minTickGap: 24 }}
        yAxisProps={{ domain: [0, 10], width: 36, tickCount: 6 }}
        lineProps={{ isAnimationActive: false }}
        lineChartProps={{ accessibilityLayer: false }}
        tooltipProps={{
          content: ({ label }) => {
            const point = points.find(({ time }) => time === label)
            return point ? <Tip point={point} names={names} /> : null
          },
        }}
      />
    </div>
  )
}

function Tip({ point, names }: { readonly point: TrendPoint; readonly names: readonly string[] }) {
  return (
    <div className={timeline.tip}>
      <b>{utcDay(point.time)}</b>
      {names.map((name, index) => (
        <div key={name} className={timeline.tipRow}>
          <span className={timeline.swatch} style={{ background: TREND_COLORS[index] }} />
          <span>{name}</span>
          <span>
            {point.scores[name]
              ? `${formatScore(point.scores[name].score)}, n = ${formatCount(point.scores[name].events)}`
              : '–'}
          </span>
        </div>
      ))}
    </div>
  )
}
