/** All datasets with what they did today, and the two ways to begin: the demo, or a new one. */
import { Button, Card, EmptyState, Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCoffee, IconDatabasePlus, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { DatasetView, SessionView } from '../../api/types.ts'
import { CHANNEL_COLORS } from '../channel-colors.ts'
import { countOf } from '../format.ts'
import { Page } from '../parts/page.tsx'
import { Failed } from '../parts/states.tsx'
import { datasetsQuery, sessionQuery } from '../queries.ts'
import { CreateDataset } from './create-dataset.tsx'
import { DatasetCard } from './dataset-card.tsx'
import { OpenDemo } from './open-demo.tsx'
import { OpenFindingsList } from './open-findings.tsx'

export function HomePage() {
  const { business: chosen } = useSearch({ from: '/signed-in/' })
  const datasets = useQuery(datasetsQuery)
  const { data: session } = useQuery(sessionQuery)
  const [creating, { open, close }] = useDisclosure()
  const { businesses = [], operator = false } = session ?? {}
  const shown = businesses.filter(({ business_id }) => !chosen || business_id === chosen)
  const own = shown.filter(({ role }) => role === 'owner' || role === 'admin')
  const mayCreate = own.length > 0 || (operator && businesses.length === 0)
  const data = datasets.data?.filter(({ business_id }) => !chosen || business_id === chosen)
  const actions = (operator || mayCreate) && (
    <Group gap="sm">
      {operator && <OpenDemo variant="default" />}
      {mayCreate && (
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          New dataset
        </Button>
      )}
    </Group>
  )
  const name = shown.length === 1 && businesses.length > 1 ? shown[0]?.name : undefined
  return (
    <Page
      title="Datasets"
      {...(name ? { of: name } : {})}
      lead="One dataset for each shop or site. Its id goes into the pixel and into your server."
      actions={data?.length ? actions : undefined}
    >
      {datasets.isPending && <CardSkeletons />}
      {datasets.error && <Failed error={datasets.error} onRetry={() => void datasets.refetch()} />}
      {session && data?.length === 0 && (
        <FirstSteps session={session} mayCreate={mayCreate} onCreate={open} />
      )}
      {data && data.length > 0 && (
        <>
          <OpenFindingsList business={chosen} many={data.length > 1} />
          <Businesses businesses={shown} datasets={data} />
        </>
      )}
      <CreateDataset opened={creating} onClose={close} businesses={own} />
    </Page>
  )
}

interface BusinessesProps {
  readonly businesses: SessionView['businesses']
  readonly datasets: readonly DatasetView[]
}

/** Each card asks the server for its numbers: an agency with hundreds sees them in parts. */
const CARDS_AT_ONCE = 24

/** Who works for several businesses sees whose each dataset is. */
function Businesses({ businesses, datasets }: BusinessesProps) {
  const [shown, setShown] = useState(CARDS_AT_ONCE)
  const groups = Map.groupBy(datasets.slice(0, shown), ({ business_id }) => business_id)
  return (
    <Stack gap="xl">
      {[...groups].map(([id, own]) => (
        <Stack key={id} gap="sm">
          {businesses.length > 1 && (
            <Text fw={600} c="dimmed">
              {businesses.find(({ business_id }) => business_id === id)?.name}
            </Text>
          )}
          <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="lg">
            {own.map((dataset) => (
              <DatasetCard key={dataset.dataset_id} dataset={dataset} />
            ))}
          </SimpleGrid>
        </Stack>
      ))}
      {datasets.length > shown && (
        <Group justify="center">
          <Button variant="default" onClick={() => setShown(shown + CARDS_AT_ONCE)}>
            Show more of {countOf(datasets.length, 'dataset')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

interface FirstStepsProps {
  readonly session: SessionView
  readonly mayCreate: boolean
  readonly onCreate: () => void
}

function FirstSteps({ session, mayCreate, onCreate }: FirstStepsProps) {
  if (!mayCreate) {
    return (
      <EmptyState
        py={60}
        title="No dataset for you yet"
        description={
          session.person
            ? 'Ask an admin of your business to make one, or for an invitation to another business.'
            : 'Ask whoever gave you the token to make a dataset, or sign in as somebody else.'
        }
      />
    )
  }
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      {session.operator && <SeeItWork />}
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

function SeeItWork() {
  return (
    <Card withBorder padding="xl">
      <Stack align="flex-start" h="100%">
        <IconCoffee size={34} stroke={1.5} color={CHANNEL_COLORS.server} aria-hidden />
        <Text fw={650} size="lg">
          See it work first
        </Text>
        <Text c="dimmed">
          Opens a small coffee shop. Buy a bag and watch the sale arrive twice, from the browser and
          from the shop’s server, and count once.
        </Text>
        <OpenDemo mt="auto" />
      </Stack>
    </Card>
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
