/** Stored events once more through rules and settings: look what would change, then send. */
import { Alert, Button, EmptyState, Group, Paper, Stack, Text } from '@mantine/core'
import { IconHistory, IconLock } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { DestinationShown, ReplayAnswer, ReplayRequest } from '../../api/types.ts'
import { destinationsQuery } from '../destination-queries.ts'
import { countOf, formatMoment } from '../format.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetQuery } from '../queries.ts'
import classes from './replay.module.css'
import { ReplayForm } from './replay-form.tsx'
import { replaysQuery, startReplay } from './replay-queries.ts'
import { ReplayResult, titleOf } from './replay-result.tsx'

export function ReplayPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data: destinations, error } = useQuery(destinationsQuery(datasetId))
  return (
    <Page
      title="Replay"
      of={dataset?.name ?? ''}
      lead="Takes stored events once more: for a day that was lost, a destination that came later, or a rule that mends what was refused."
      actions={
        <ButtonLink variant="default" to="/datasets/$datasetId/deliveries" params={{ datasetId }}>
          Back to the deliveries
        </ButtonLink>
      }
    >
      {error && !destinations && <Failed error={error} />}
      {!destinations && !error && <PageLoading />}
      {destinations?.length === 0 && <NoDestination datasetId={datasetId} />}
      {destinations && destinations.length > 0 && dataset && (
        <Replays
          datasetId={datasetId}
          destinations={destinations}
          locked={!dataset.may.includes('develop')}
        />
      )}
    </Page>
  )
}

function NoDestination({ datasetId }: { datasetId: string }) {
  return (
    <Paper withBorder py={48} px="md">
      <EmptyState
        icon={<IconHistory aria-hidden />}
        title="There is nowhere to replay to"
        description="Add a destination first. What was received before can then be sent there too."
      >
        <ButtonLink mt="md" to="/datasets/$datasetId/destinations/new" params={{ datasetId }}>
          Add a destination
        </ButtonLink>
      </EmptyState>
    </Paper>
  )
}

interface ReplaysProps {
  readonly datasetId: string
  readonly destinations: readonly DestinationShown[]
  readonly locked: boolean
}

function Replays({ datasetId, destinations, locked }: ReplaysProps) {
  const cache = useQueryClient()
  const navigate = useNavigate({ from: '/datasets/$datasetId/deliveries/replay' })
  const { replay: chosen } = useSearch({
    from: '/signed-in/datasets/$datasetId/deliveries/replay',
  })
  const { data: replays = [], error, refetch } = useQuery(replaysQuery(datasetId))
  const show = (replay: string): void =>
    void navigate({ search: { replay }, replace: true, resetScroll: false })
  const start = useMutation({
    mutationFn: (request: ReplayRequest) => startReplay(datasetId, request),
    onSuccess: async ({ replay_id }) => {
      await cache.invalidateQueries({ queryKey: replaysQuery(datasetId).queryKey })
      show(replay_id)
    },
  })
  const running = replays.find(({ state }) => state === 'running')
  const shown = running ?? replays.find(({ replay_id }) => replay_id === chosen)
  const others = replays.filter((one) => one !== shown)
  return (
    <>
      {locked ? (
        <Alert variant="light" color="gray" icon={<IconLock aria-hidden />}>
          You may look but not replay. That needs the role developer.
        </Alert>
      ) : (
        <ReplayForm
          datasetId={datasetId}
          destinations={destinations}
          isBusy={start.isPending || running !== undefined}
          onLook={(request) => start.mutate(request)}
        />
      )}
      {start.error && <Failed error={start.error} />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {shown && (
        <div key={shown.replay_id} ref={intoView} className={classes.result}>
          <ReplayResult
            replay={shown}
            destination={destinations.find((one) => one.destination_id === shown.destination_id)}
            locked={locked}
            onSend={(request) => start.mutateAsync(request)}
          />
        </div>
      )}
      {others.length > 0 && <Earlier replays={others} destinations={destinations} onShow={show} />}
    </>
  )
}

/** On a phone the form fills the page: an answer below it would not be seen. */
function intoView(result: HTMLElement | null): void {
  result?.scrollIntoView({ block: 'nearest' })
}

interface EarlierProps {
  readonly replays: readonly ReplayAnswer[]
  readonly destinations: readonly DestinationShown[]
  readonly onShow: (replayId: string) => void
}

function Earlier({ replays, destinations, onShow }: EarlierProps) {
  const nameOf = (id: string): string =>
    destinations.find(({ destination_id }) => destination_id === id)?.name ?? id
  return (
    <Section title="Earlier replays" hint="Since the server was started, the newest first.">
      <ul className={classes.earlier}>
        {replays.map((replay) => (
          <li key={replay.replay_id}>
            <Group justify="space-between" gap="sm" wrap="nowrap">
              <Stack gap={2}>
                <Text fw={500}>
                  {titleOf(replay)}: {nameOf(replay.destination_id)}
                </Text>
                <Text size="sm" c="dimmed" component="div">
                  <Time ms={replay.started_ms} as="moment" />,{' '}
                  {replay.dry_run
                    ? `${countOf(replay.counts.would_send, 'event')} to be sent`
                    : `${countOf(replay.enqueued, 'copy', 'copies')} handed over`}
                </Text>
              </Stack>
              <Button
                size="xs"
                variant="default"
                flex="none"
                aria-label={`Show the replay of ${formatMoment(replay.started_ms)}`}
                onClick={() => onShow(replay.replay_id)}
              >
                Show
              </Button>
            </Group>
          </li>
        ))}
      </ul>
    </Section>
  )
}
