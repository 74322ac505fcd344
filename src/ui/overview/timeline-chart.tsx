/** The stacked bars themselves, in a chunk of their own because the chart library is large. */
import '@mantine/charts/styles.css'
import { BarChart } from '@mantine/charts'
import { countOf, formatBucket, formatCount, formatMoment } from '../format.ts'
import { type Bar, barTotal, type Series } from './chart-data.ts'
import classes from './timeline.module.css'

interface ChartProps {
  readonly bars: readonly Bar[]
  readonly series: readonly Series[]
  readonly step: 'hour' | 'day'
  /** Whose clock the labels follow; the reader's where it is left out. */
  readonly zone?: string | undefined
}

export function TimelineChart({ bars, series, step, zone }: ChartProps) {
  const total = bars.reduce((sum, bar) => sum + barTotal(bar), 0)
  return (
    <div
      role="img"
      aria-label={`Bar chart of ${countOf(total, 'counted event')} per ${step}. The same numbers stand under Table.`}
    >
      <BarChart
        h={300}
        type="stacked"
        data={bars.map((bar) => ({ ...bar }))}
        dataKey="start"
        series={series.map(({ name, label, color }) => ({ name, label, color }))}
        valueFormatter={formatCount}
        gridAxis="x"
        tickLine="none"
        maxBarWidth={44}
        xAxisProps={{
          tickFormatter: (start: number) => formatBucket(start, step, zone),
          minTickGap: 28,
          interval: 'equidistantPreserveStart',
        }}
        yAxisProps={{ allowDecimals: false, width: 44, domain: [0, 'auto'], tickCount: 5 }}
        barProps={{ isAnimationActive: false, stroke: 'var(--mantine-color-body)', strokeWidth: 1 }}
        barChartProps={{ accessibilityLayer: false }}
        tooltipProps={{
          content: ({ label }) => {
            const bar = bars.find(({ start }) => start === label)
            return bar ? <Tip {...{ bar, series, step, zone }} /> : null
          },
        }}
      />
    </div>
  )
}

function Tip({ bar, series, step, zone }: Omit<ChartProps, 'bars'> & { readonly bar: Bar }) {
  return (
    <div className={classes.tip}>
      <b>
        {step === 'hour'
          ? formatMoment(bar.start * 1000, zone)
          : formatBucket(bar.start, step, zone)}
      </b>
      {series.map(({ name, label, color }) => (
        <div key={name} className={classes.tipRow}>
          <span className={classes.swatch} style={{ background: color }} />
          <span>{label}</span>
          <span>{formatCount(bar[name])}</span>
        </div>
      ))}
      <div className={classes.tipRow}>
        <b>Counted</b>
        <b>{formatCount(barTotal(bar))}</b>
      </div>
    </div>
  )
}
