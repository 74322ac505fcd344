/** What the three quality pages share: their window, the choice of an event, figures, intervals. */
import { Box, NativeSelect, Paper, SegmentedControl, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatShare } from '../format.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Time } from '../parts/time.tsx'
import { QUALITY_WINDOW_TEXT, QUALITY_WINDOWS, type QualityWindow } from '../quality-queries.ts'
import { useShopZone } from '../queries.ts'
import classes from './quality.module.css'

export function WindowControl({
  window,
  onChange,
}: {
  readonly window: QualityWindow
  readonly onChange: (window: QualityWindow) => void
}) {
  return (
    <SegmentedControl
      aria-label="Window of time"
      value={window}
      data={QUALITY_WINDOWS.map((value) => ({ value, label: QUALITY_WINDOW_TEXT[value].label }))}
      onChange={(value) => onChange(value as QualityWindow)}
    />
  )
}

interface EventSelectProps {
  readonly value: string | null
  readonly names: readonly string[]
  /** What stands for no event in particular. */
  readonly all: string
  readonly onChange: (event: string | undefined) => void
}

export function EventSelect({ value, names, all, onChange }: EventSelectProps) {
  const known = value !== null && !names.includes(value) ? [value, ...names] : names
  return (
    <NativeSelect
      aria-label="Event"
      value={value ?? ''}
      data={[{ value: '', label: all }, ...known.map((name) => ({ value: name, label: name }))]}
      onChange={({ currentTarget }) => onChange(currentTarget.value || undefined)}
    />
  )
}

interface CoveredProps {
  /** A report, with the hours that it covers: counters are kept by the hour. */
  readonly of: { readonly dataset_id: string; readonly from: number; readonly to: number }
  readonly window: QualityWindow
  readonly children: ReactNode
}

/** The exact window, by the clock of the shop, as on every page. */
export function Covered({ of: { dataset_id, from, to }, window, children }: CoveredProps) {
  const zone = useShopZone(dataset_id)
  return (
    <Text component="span" inherit>
      Since <Time ms={from * 1000} as="moment" zone={zone} />, up to{' '}
      {window === 'yesterday' ? <Time ms={to * 1000} as="moment" zone={zone} /> : 'now'}, by the
      clock of the shop ({zone}). {children}
    </Text>
  )
}

interface ScaleProps {
  readonly value: number | null
  readonly low: number
  readonly high: number
  /** The right end of the scale. */
  readonly max: number
  readonly goal?: number
}

/** The picture of a value with its interval; the numbers stand beside it in words. */
export function Scale({ value, low, high, max, goal }: ScaleProps) {
  const percent = (at: number): string => `${Math.min(100, Math.max(0, (100 * at) / max))}%`
  return (
    <div className={classes.scale} aria-hidden="true">
      <div
        className={classes.interval}
        style={{ left: percent(low), width: `calc(${percent(high)} - ${percent(low)})` }}
      />
      {goal !== undefined && <div className={classes.goal} style={{ left: percent(goal) }} />}
      {value !== null && <div className={classes.mark} style={{ left: percent(value) }} />}
    </div>
  )
}

/** "33% (95%: 23% to 46%)"; what it is of stands beside it. */
export function ShareWords({
  part,
  all,
  low,
  high,
}: {
  readonly part: number
  readonly all: number
  readonly low: number
  readonly high: number
}) {
  return (
    <>
      <b>{formatShare(part, all)}</b>{' '}
      <Text span inherit c="dimmed">
        (95%: {formatShare(low, 1)} to {formatShare(high, 1)})
      </Text>
    </>
  )
}

interface FigureProps {
  readonly label: string
  readonly value: ReactNode
  readonly testId?: string
  readonly children?: ReactNode
}

export function Figures({ children }: { readonly children: ReactNode }) {
  return <dl className={classes.figures}>{children}</dl>
}

export function Figure({ label, value, testId, children }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <div className={classes.value} data-testid={testId}>
          {value}
        </div>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
      </dd>
    </div>
  )
}

/** Scrolls sideways by itself, so that the page does not. */
export function Scroll({
  label,
  children,
}: {
  readonly label: string
  readonly children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <section className={classes.scroll} tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}

interface NothingProps {
  readonly datasetId: string
  readonly title: string
  readonly children: ReactNode
}

/** An empty report: what to do about it. */
export function Nothing({ datasetId, title, children }: NothingProps) {
  return (
    <Paper withBorder py={48} px="md">
      <Box ta="center" maw={560} mx="auto">
        <Text fw={600} size="lg">
          {title}
        </Text>
        <Text c="dimmed" my="md">
          {children}
        </Text>
        <ButtonLink to="/datasets/$datasetId/install" params={{ datasetId }}>
          Install
        </ButtonLink>
      </Box>
    </Paper>
  )
}
