/** What was sent where: search, and the story of each delivery. */
import { Alert, EmptyState, Paper, Skeleton } from '@mantine/core'
import { IconFilterOff, IconHistory, IconInfoCircle, IconSend } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { destinationsQuery } from '../destination-queries.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Failed } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'
import { DeliveryFilters } from './delivery-filters.tsx'
import { DeliveryRows } from './delivery-rows.tsx'
import { useDeliveries } from './use-deliveries.ts'

export function DeliveriesPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const search = useSearch({ from: '/signed-in/datasets/$datasetId/deliveries' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data: destinations } = useQuery(destinationsQuery(datasetId))
  const filter = {
    destination_id: search.destination,
    state: search.state,
    code: search.code,
    event_id: search.event_id,
    order_id: search.order_id,
  }
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  const list = useDeliveries(datasetId, filter)
  return (
    <Page
      title="Deliveries"
      of={dataset?.name ?? ''}
      lead="Every event on its way out, the newest first: what was sent, what was answered."
      actions={
        <ButtonLink
          variant="default"
          to="/datasets/$datasetId/deliveries/replay"
          params={{ datasetId }}
          leftSection={<IconHistory size={16} aria-hidden />}
        >
          Replay events
        </ButtonLink>
      }
    >
      <DeliveryFilters destinations={destinations ?? []} />
      {list.error && <Failed error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={240} />}
      {list.deliveries?.length === 0 && (
        <Paper withBorder py={48} px="md">
          {isFiltered ? (
            <EmptyState
              icon={<IconFilterOff aria-hidden />}
              title="No delivery fits the filter"
              description="Delivered ones can be looked up for seven days; those that wait or were rejected stay."
            />
          ) : (
            <EmptyState
              icon={<IconSend aria-hidden />}
              title="Nothing was sent yet"
              description={
                destinations?.length === 0
                  ? 'Add a destination: every event counted from then on shows up here.'
                  : 'The next event that is counted shows up here.'
              }
            >
              {destinations?.length === 0 && (
                <ButtonLink
                  mt="md"
                  to="/datasets/$datasetId/destinations/new"
                  params={{ datasetId }}
                >
                  Add a destination
                </ButtonLink>
              )}
            </EmptyState>
          )}
        </Paper>
      )}
      {list.deliveries && list.deliveries.length > 0 && (
        <DeliveryRows
          datasetId={datasetId}
          deliveries={list.deliveries}
          destinations={destinations ?? []}
          more={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          isLoadingMore={list.isFetchingNextPage}
        />
      )}
      {(list.data?.pages.length ?? 0) > 1 && (
        <Alert variant="light" color="gray" icon={<IconInfoCircle aria-hidden />}>
          While older ones are shown, new ones do not appear by themselves. Reload to see them.
        </Alert>
      )}
    </Page>
  )
}
