/** What is wrong with a dataset's tracking, the most money at stake first, and how to mend it. */
import { Button, EmptyState, Group, Paper, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconBell, IconCircleCheck, IconHourglass, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { DiagnosticsAnswer } from '../../api/types.ts'
import { formatCount } from '../format.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetQuery } from '../queries.ts'
import classes from './diagnostics.module.css'
import { diagnosticsKey, diagnosticsQuery, lookNow } from './diagnostics-queries.ts'
import { FindingCard } from './finding-card.tsx'

const STATES = ['open', 'muted', 'resolved'] as const
type State = (typeof STATES)[number]
const STATE_WORDS: Record<State, string> = { open: 'Open', muted: 'Muted', resolved: 'Resolved' }

export function DiagnosticsPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { state = 'open', on = 'html' } = useSearch({
    from: '/signed-in/datasets/$datasetId/diagnostics',
  })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data, error, refetch, isPending } = useQuery(diagnosticsQuery(datasetId))
  const shown = data?.findings.filter((finding) => finding.state === state) ?? []
  return (
    <Page
      title="Diagnostics"
      of={dataset?.name ?? ''}
      lead={data && <Looked answer={data} />}
      actions={
        <Group gap="sm">
          {dataset?.may.includes('develop') && (
            <ButtonLink
              to="/datasets/$datasetId/alerts"
              params={{ datasetId }}
              variant="default"
              leftSection={<IconBell size={16} aria-hidden />}
            >
              Alerts
            </ButtonLink>
          )}
          <LookButton datasetId={datasetId} />
        </Group>
      }
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data && <StateSelect state={state} answer={data} />}
      {data && shown.length === 0 && <Nothing state={state} answer={data} />}
      {shown.length > 0 && (
        <ul className={classes.list} aria-label={`${STATE_WORDS[state]} findings`}>
          {shown.map((finding) => (
            <li key={finding.id}>
              <FindingCard datasetId={datasetId} finding={finding} platform={on} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  )
}

function Looked({ answer: { checks, looked_at, took_ms } }: { answer: DiagnosticsAnswer }) {
  return (
    <Text component="span" inherit>
      {formatCount(checks)} kinds of faults are looked for about once a minute.{' '}
      {looked_at !== null && (
        <>
          Last at <Time ms={looked_at * 1000} />
          {took_ms !== null && `, in ${formatCount(Math.max(1, Math.round(took_ms)))} ms`}.
        </>
      )}
    </Text>
  )
}

function LookButton({ datasetId }: { datasetId: string }) {
  const cache = useQueryClient()
  const look = useMutation({
    mutationFn: () => lookNow(datasetId),
    onSuccess: (answer) => cache.setQueryData(diagnosticsKey(datasetId), answer),
  })
  return (
    <Stack gap={4} align="flex-end">
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden />}
        loading={look.isPending}
        onClick={() => look.mutate()}
      >
        Look now
      </Button>
      {look.error && (
        <Text size="sm" c="red" role="alert">
          {look.error.message}
        </Text>
      )}
    </Stack>
  )
}

function StateSelect({ state, answer }: { state: State; answer: DiagnosticsAnswer }) {
  const navigate = useNavigate({ from: '/datasets/$datasetId/diagnostics' })
  const numbers = Object.fromEntries(
    STATES.map((one) => [one, answer.findings.filter((finding) => finding.state === one).length]),
  )
  return (
    <Group>
      <SegmentedControl
        aria-label="Which findings"
        value={state}
        data={STATES.map((value) => ({
          value,
          label: `${STATE_WORDS[value]} (${formatCount(numbers[value] ?? 0)})`,
        }))}
        onChange={(value) =>
          void navigate({
            search: (search) => ({ ...search, state: value as State }),
            replace: true,
            resetScroll: false,
          })
        }
      />
    </Group>
  )
}

function Nothing({ state, answer }: { state: State; answer: DiagnosticsAnswer }) {
  const [title, description] = wordsOf(state, answer)
  const waits = state === 'open' && answer.looked_at === null
  return (
    <Paper withBorder py={48} px="md">
      <EmptyState
        icon={waits ? <IconHourglass aria-hidden /> : <IconCircleCheck aria-hidden />}
        title={title}
        description={description}
      />
    </Paper>
  )
}

function wordsOf(state: State, { looked_at, checks }: DiagnosticsAnswer): [string, string] {
  if (state === 'muted') return ['Nothing is muted', 'Mute an open finding that is as you want it.']
  if (state === 'resolved') {
    const days = 'What resolved itself or was mended is shown here for 30 days.'
    return ['Nothing was resolved lately', days]
  }
  if (looked_at === null) {
    return ['Not looked at yet', 'The first look comes within a minute of the start. Or look now.']
  }
  return [
    'Nothing is wrong',
    `None of ${formatCount(checks)} kinds of faults shows in what this dataset receives.`,
  ]
}
