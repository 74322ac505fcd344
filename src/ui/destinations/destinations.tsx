/** Where the events of a dataset go, and how each destination gets on. */
import { EmptyState, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconPlus, IconSend } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { DestinationShown } from '../../api/types.ts'
import { destinationsQuery } from '../destination-queries.ts'
import { ButtonLink, TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'
import classes from './destinations.module.css'
import { Alarm, LaneBadge, Numbers } from './status-parts.tsx'

export function DestinationsPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data, error, refetch, isPending } = useQuery(destinationsQuery(datasetId))
  const locked = !dataset?.may.includes('develop')
  return (
    <Page
      title="Destinations"
      of={dataset?.name ?? ''}
      lead="Where counted events are sent on, such as Meta. Each reaches a destination once, or says why not."
      actions={
        !locked && (
          <AddButton datasetId={datasetId} primary={data !== undefined && data.length > 0} />
        )
      }
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <Paper withBorder py={48} px="md">
          <EmptyState
            icon={<IconSend aria-hidden />}
            title="Events stay here so far"
            description="Add Meta or another destination: every event counted from then on is sent there, once."
          >
            {!locked && (
              <Group justify="center" mt="md">
                <AddButton datasetId={datasetId} primary />
              </Group>
            )}
          </EmptyState>
        </Paper>
      )}
      {data && data.length > 0 && (
        <ul className={classes.cards} aria-label="Destinations">
          {data.map((destination) => (
            <li key={destination.destination_id}>
              <Card destination={destination} locked={locked} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  )
}

function AddButton({ datasetId, primary }: { datasetId: string; primary: boolean }) {
  return (
    <ButtonLink
      to="/datasets/$datasetId/destinations/new"
      params={{ datasetId }}
      variant={primary ? 'filled' : 'default'}
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      Add a destination
    </ButtonLink>
  )
}

function Card({ destination, locked }: { destination: DestinationShown; locked: boolean }) {
  const { dataset_id: datasetId, destination_id: destinationId, name, title } = destination
  const to = {
    to: '/datasets/$datasetId/destinations/$destinationId',
    params: { datasetId, destinationId },
  } as const
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="article" data-testid="destination">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div>
            <Title order={2} size="h4">
              <TextLink {...to} inherit>
                {name}
              </TextLink>
            </Title>
            {title !== name && (
              <Text size="sm" c="dimmed">
                {title}
              </Text>
            )}
          </div>
          <LaneBadge destination={destination} />
        </Group>
        <Alarm
          destination={destination}
          locked={locked}
          actions={
            <ButtonLink {...to} size="xs">
              Look at its settings
            </ButtonLink>
          }
        />
        <Numbers destination={destination} />
      </Stack>
    </Paper>
  )
}
