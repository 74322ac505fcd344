/** All datasets with what they did today, and the two ways to begin: the demo, or a new one. */
import { Button, Card, EmptyState, Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCoffee, IconDatabasePlus, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { CHANNEL_COLORS } from '../channel-colors.ts'
import { Page } from '../parts/page.tsx'
import { Failed } from '../parts/states.tsx'
import { datasetsQuery, sessionQuery } from '../queries.ts'
import { CreateDataset } from './create-dataset.tsx'
import { DatasetCard } from './dataset-card.tsx'
import { OpenDemo } from './open-demo.tsx'

export function HomePage() {
  const datasets = useQuery(datasetsQuery)
  const { data: session } = useQuery(sessionQuery)
  const [creating, { open, close }] = useDisclosure()
  const mayCreate = session?.purpose === 'admin' && session.dataset_id === '*'
  const actions = mayCreate && (
    <Group gap="sm">
      <OpenDemo variant="default" />
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
        New dataset
      </Button>
    </Group>
  )
  return (
    <Page
      title="Datasets"
      lead="One dataset for each shop or site. Its id goes into the pixel and into your server."
      actions={datasets.data?.length ? actions : undefined}
    >
      {datasets.isPending && <CardSkeletons />}
      {datasets.error && <Failed error={datasets.error} onRetry={() => void datasets.refetch()} />}
      {datasets.data?.length === 0 && <FirstSteps mayCreate={mayCreate} onCreate={open} />}
      {datasets.data && datasets.data.length > 0 && (
        <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="lg">
          {datasets.data.map((dataset) => (
            <DatasetCard key={dataset.dataset_id} dataset={dataset} />
          ))}
        </SimpleGrid>
      )}
      <CreateDataset opened={creating} onClose={close} />
    </Page>
  )
}

function FirstSteps({ mayCreate, onCreate }: { mayCreate: boolean; onCreate: () => void }) {
  if (!mayCreate) {
    return (
      <EmptyState
        py={60}
        title="No dataset for this token"
        description="Ask whoever gave you the token to make a dataset, or sign in as admin."
      />
    )
  }
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Card withBorder padding="xl">
        <Stack align="flex-start" h="100%">
          <IconCoffee size={34} stroke={1.5} color={CHANNEL_COLORS.server} aria-hidden />
          <Text fw={650} size="lg">
            See it work first
          </Text>
          <Text c="dimmed">
            Opens a small coffee shop. Buy a bag and watch the sale arrive twice, from the browser
            and from the shop’s server, and count once.
          </Text>
          <OpenDemo mt="auto" />
        </Stack>
      </Card>
      <Card withBorder padding="xl">
        <Stack align="flex-start" h="100%">
          <IconDatabasePlus size={34} stroke={1.5} color={CHANNEL_COLORS.browser} aria-hidden />
          <Text fw={650} size="lg">
            Connect your own site
          </Text>
          <Text c="dimmed">
            Make a dataset, then paste its snippet into your site and send the same events from your
            server. The Install page has both, ready to copy.
          </Text>
          <Button
            mt="auto"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={onCreate}
          >
            New dataset
          </Button>
        </Stack>
      </Card>
    </SimpleGrid>
  )
}

function CardSkeletons() {
  return (
    <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="lg" role="status" aria-label="Loading">
      <Skeleton height={190} />
      <Skeleton height={190} />
    </SimpleGrid>
  )
}
