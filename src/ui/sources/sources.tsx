/** Where server-confirmed events come from: shops, payments, CRMs, and how each gets on. */
import { Badge, EmptyState, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { ConnectionShown } from '../../api/types.ts'
import { ButtonLink, TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'
import { connectionsQuery } from '../source-queries.ts'
import { conditionOf, Numbers } from './condition.tsx'
import classes from './sources.module.css'

export function SourcesPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data, error, refetch, isPending } = useQuery(connectionsQuery(datasetId))
  const locked = !dataset?.may.includes('develop')
  return (
    <Page
      title="Sources"
      of={dataset?.name ?? ''}
      lead="What your shop, your payments and your CRM confirm by themselves. Each order counts once, whatever they send and however often."
      actions={!locked && data && data.length > 0 && <AddButton datasetId={datasetId} />}
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <Paper withBorder py={48} px="md">
          <EmptyState
            icon={<IconWebhook aria-hidden />}
            title="No source is connected yet"
            description={`Connect your shop or your payments: orders count even when the thank-you page never loaded, and refunds are known.${locked ? ' That needs the role developer.' : ''}`}
          >
            {!locked && (
              <Group justify="center" mt="md">
                <AddButton datasetId={datasetId} />
              </Group>
            )}
          </EmptyState>
        </Paper>
      )}
      {data && data.length > 0 && (
        <ul className={classes.list} aria-label="Sources">
          {data.map((connection) => (
            <li key={connection.connection_id}>
              <Card connection={connection} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  )
}

function AddButton({ datasetId }: { datasetId: string }) {
  return (
    <ButtonLink
      to="/datasets/$datasetId/sources/new"
      params={{ datasetId }}
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      Connect a source
    </ButtonLink>
  )
}

function Card({ connection }: { connection: ConnectionShown }) {
  const { dataset_id: datasetId, connection_id: connectionId, name, title } = connection
  const { color, words } = conditionOf(connection)
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="article" data-testid="source">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div>
            <Title order={2} size="h4">
              <TextLink
                to="/datasets/$datasetId/sources/$connectionId"
                params={{ datasetId, connectionId }}
                inherit
              >
                {name}
              </TextLink>
            </Title>
            {title !== name && (
              <Text size="sm" c="dimmed">
                {title}
              </Text>
            )}
          </div>
          <Badge color={color} variant="light" tt="none" size="lg" data-testid="condition">
            {words}
          </Badge>
        </Group>
        <Numbers connection={connection} />
      </Stack>
    </Paper>
  )
}
