/** What a dataset received and what became of it, in a window of time. */
import { Group, SegmentedControl, SimpleGrid, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { Summary } from '../../api/types.ts'
import { TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetQuery, summaryQuery, useShopZone } from '../queries.ts'
import { DEFAULT_WINDOW, WINDOW_TEXT, WINDOWS, type WindowName } from '../window.ts'
import { Equation } from './equation.tsx'
import { sumOf } from './equation-parts.ts'
import { EventTable } from './event-table.tsx'
import { Matches } from './matches.tsx'
import { NothingYet } from './nothing-yet.tsx'
import classes from './overview.module.css'
import { Reasons } from './reasons.tsx'
import { CountedOverTime } from './timeline.tsx'

export function OverviewPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { window = DEFAULT_WINDOW, show = 'chart' } = useSearch({
    from: '/signed-in/datasets/$datasetId/',
  })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const summary = useQuery({
    ...summaryQuery(datasetId, window),
    placeholderData: keepPreviousData,
  })
  return (
    <Page
      title="Overview"
      of={dataset?.name ?? ''}
      lead={
        summary.data && <Covered datasetId={datasetId} summary={summary.data} window={window} />
      }
      actions={<WindowSelect window={window} />}
    >
      {summary.isPending && <PageLoading />}
      {summary.error && <Failed error={summary.error} onRetry={() => void summary.refetch()} />}
      {summary.data && (
        <Report datasetId={datasetId} window={window} show={show} summary={summary.data} />
      )}
    </Page>
  )
}

interface ReportProps {
  readonly datasetId: string
  readonly window: WindowName
  readonly show: 'chart' | 'table'
  readonly summary: Summary
}

function Report({ datasetId, window, show, summary }: ReportProps) {
  if (sumOf(summary.received) === 0) return <NothingYet datasetId={datasetId} window={window} />
  const { sentence } = WINDOW_TEXT[window]
  return (
    <>
      <Equation summary={summary} window={sentence} />
      <CountedOverTime datasetId={datasetId} window={window} show={show} summary={summary} />
      <EventTable datasetId={datasetId} events={summary.by_event} window={window} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Matches summary={summary} window={sentence} />
        <Reasons summary={summary} window={sentence} />
      </SimpleGrid>
    </>
  )
}

type CoveredProps = Omit<ReportProps, 'show'>

/** The exact window, because reports are kept by the hour; and whose days they are. */
function Covered({ datasetId, summary, window }: CoveredProps) {
  const zone = useShopZone(datasetId)
  return (
    <Text component="span" inherit>
      Since <Time ms={summary.from * 1000} as="moment" zone={zone} />, up to{' '}
      {window === 'yesterday' ? <Time ms={summary.to * 1000} as="moment" zone={zone} /> : 'now'}, by
      the clock of the shop ({zone};{' '}
      <TextLink to="/datasets/$datasetId/settings" params={{ datasetId }} inherit>
        change
      </TextLink>
      ).
    </Text>
  )
}

function WindowSelect({ window }: { window: WindowName }) {
  const navigate = useNavigate({ from: '/datasets/$datasetId/' })
  return (
    <Group>
      <SegmentedControl
        aria-label="Window of time"
        className={classes.windows ?? ''}
        value={window}
        data={WINDOWS.map((value) => ({ value, label: WINDOW_TEXT[value].label }))}
        onChange={(value) =>
          void navigate({
            search: (search) => ({ ...search, window: value as WindowName }),
            replace: true,
            resetScroll: false,
          })
        }
      />
    </Group>
  )
}
