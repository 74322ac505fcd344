/** What destinations refused for good: why, and sending it again after a fix. */
import { Button, EmptyState, Group, Paper, Select, Skeleton, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconCircleCheck, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { DeliveryView, DestinationShown } from '../../api/types.ts'
import { destinationsQuery, requeue } from '../destination-queries.ts'
import { countOf } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Page } from '../parts/page.tsx'
import { Failed } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'
import { DeliveryRows } from './delivery-rows.tsx'
import { useDeliveries } from './use-deliveries.ts'

const TYPING_MS = 300

export function DeadLettersPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { destination, code } = useSearch({
    from: '/signed-in/datasets/$datasetId/dead-letters',
  })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data: destinations = [] } = useQuery(destinationsQuery(datasetId))
  const filter = { destination_id: destination, code, state: 'rejected' }
  const list = useDeliveries(datasetId, filter)
  const locked = !dataset?.may.includes('develop')
  const rows = list.deliveries
  const wanted = destinations.filter((one) => !destination || one.destination_id === destination)
  return (
    <Page
      title="Dead letters"
      of={dataset?.name ?? ''}
      lead="Events that a destination will not take as they are. They are kept. After a fix, send them again: under the same ids, so that none counts twice."
      actions={
        !locked && (
          <SendAgain
            datasetId={datasetId}
            destinations={wanted}
            code={code}
            disabled={!rows || rows.length === 0}
          />
        )
      }
    >
      <Filters destinations={destinations} rows={rows ?? []} />
      <LetGo destinations={wanted} />
      {list.error && <Failed error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={200} />}
      {rows?.length === 0 && (
        <Paper withBorder py={48} px="md">
          <EmptyState
            icon={<IconCircleCheck aria-hidden />}
            title={destination || code ? 'None fits the filter' : 'No dead letters'}
            description="Whatever a destination refuses for good is kept here, with the reason it gave."
          />
        </Paper>
      )}
      {rows && rows.length > 0 && (
        <DeliveryRows
          datasetId={datasetId}
          deliveries={rows}
          destinations={destinations}
          more={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          isLoadingMore={list.isFetchingNextPage}
          action={(delivery) => !locked && <SendOne datasetId={datasetId} delivery={delivery} />}
        />
      )}
    </Page>
  )
}

/** Absent as long as nothing is missing. */
function LetGo({ destinations }: { destinations: readonly DestinationShown[] }) {
  const n = destinations.reduce((sum, { status }) => sum + status.let_go, 0)
  if (n === 0) return null
  return (
    <Text size="sm" c="dimmed" data-testid="let-go">
      {countOf(n, 'older dead letter')} {n === 1 ? 'was' : 'were'} let go: the last 50,000 of a
      destination are kept, for 90 days.
    </Text>
  )
}

interface FiltersProps {
  readonly destinations: readonly DestinationShown[]
  readonly rows: readonly DeliveryView[]
}

function Filters({ destinations, rows }: FiltersProps) {
  const search = useSearch({ from: '/signed-in/datasets/$datasetId/dead-letters' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/dead-letters' })
  const set = (change: { destination?: string | undefined; code?: string | undefined }): void =>
    void navigate({
      search: (before) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    })
  const type = useDebouncedCallback(set, TYPING_MS)
  const codes = [...new Set(rows.map(({ code }) => code))].filter((code) => code !== null)
  return (
    <Group gap="sm" role="search" aria-label="Filter dead letters" align="flex-end">
      <Select
        label="Destination"
        data={destinations.map(({ destination_id, name }) => ({
          value: destination_id,
          label: name,
        }))}
        value={search.destination ?? null}
        onChange={(destination) => set({ destination: destination ?? undefined })}
        placeholder="Every one"
        clearable
        flex="0 1 220px"
      />
      <TextInput
        label="Error code"
        placeholder={codes[0] ? `Such as ${codes[0]}` : 'Such as 100/2804003'}
        defaultValue={search.code ?? ''}
        onChange={(change) => type({ code: change.currentTarget.value.trim() || undefined })}
        flex="0 1 220px"
      />
    </Group>
  )
}

interface SendAgainProps {
  readonly datasetId: string
  readonly destinations: readonly DestinationShown[]
  readonly code: string | undefined
  readonly disabled: boolean
}

/** What the filter shows, also what is not loaded yet. */
function SendAgain({ datasetId, destinations, code, disabled }: SendAgainProps) {
  const refresh = useRefresh()
  const all = useMutation({
    mutationFn: async (_: undefined) => {
      let sent = 0
      for (const { destination_id } of destinations) {
        const filter = { states: ['rejected' as const], ...(code ? { code } : {}) }
        sent += (await requeue(datasetId, destination_id, filter)).requeued
      }
      return sent
    },
    onSuccess: refresh,
  })
  const known = destinations.reduce((sum, { status }) => sum + status.states.rejected, 0)
  const names = destinations.map(({ name }) => name).join(', ')
  const what = code ? `All with code ${code}` : countOf(known, 'event')
  return (
    <Group gap="sm">
      <Text size="sm" role="status">
        {all.data !== undefined && `${countOf(all.data, 'event')} on the way again`}
      </Text>
      <Confirm
        label={code ? `Send all with code ${code} again` : 'Send all again'}
        title="Send them again?"
        action="Send again"
        disabled={disabled}
        button={{ leftSection: <IconRefresh size={16} aria-hidden /> }}
        work={all}
      >
        {what} to {names}. What is still wrong with them will be refused again and come back here;
        what was mended goes through.
      </Confirm>
    </Group>
  )
}

function SendOne({ datasetId, delivery }: { datasetId: string; delivery: DeliveryView }) {
  const refresh = useRefresh()
  const one = useMutation({
    mutationFn: () =>
      requeue(datasetId, delivery.destination_id, {
        states: ['rejected'],
        delivery_ids: [delivery.delivery_id],
      }),
    onSuccess: refresh,
  })
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        loading={one.isPending}
        onClick={() => one.mutate()}
        aria-label={`Send ${delivery.event?.event_name ?? 'it'} ${delivery.event?.event_id ?? ''} again`}
      >
        Send again
      </Button>
      {one.error && (
        <Text size="sm" c="red" role="alert">
          {one.error.message}
        </Text>
      )}
    </div>
  )
}

function useRefresh() {
  const cache = useQueryClient()
  return async (): Promise<void> => {
    await cache.invalidateQueries({ queryKey: ['deliveries'] })
    await cache.invalidateQueries({ queryKey: ['destinations'] })
  }
}
