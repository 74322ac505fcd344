/** One dataset in the list: its name, its id, and today in two numbers. */
import { Badge, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { DatasetView } from '../../api/types.ts'
import { countOf, formatCount } from '../format.ts'
import { sumOf } from '../overview/equation-parts.ts'
import { CopyIcon } from '../parts/copy.tsx'
import { TextLink } from '../parts/links.tsx'
import { summaryQuery } from '../queries.ts'
import classes from './dataset-card.module.css'

export function DatasetCard({ dataset }: { dataset: DatasetView }) {
  const { dataset_id: datasetId, name } = dataset
  const { data, error } = useQuery(summaryQuery(datasetId, 'today'))
  return (
    <Card withBorder padding="lg" component="article" className={classes.card ?? ''}>
      <Stack gap="md">
        <Stack gap={2}>
          <Group gap="xs" wrap="nowrap">
            <Title order={2} size="h4" lineClamp={2} className={classes.name ?? ''}>
              <TextLink
                to="/datasets/$datasetId"
                params={{ datasetId }}
                inherit
                c="inherit"
                className={classes.link ?? ''}
              >
                {name}
              </TextLink>
            </Title>
            {dataset.demo && (
              <Badge variant="light" color="gray" tt="none" flex="none">
                Demo
              </Badge>
            )}
          </Group>
          <Group gap={2} className={classes.above ?? ''} w="fit-content">
            <Text size="sm" c="dimmed" ff="monospace">
              {datasetId}
            </Text>
            <CopyIcon value={datasetId} label={`Copy the id of ${name}`} />
          </Group>
        </Stack>
        {data ? (
          <Group gap="xl">
            <Today value={sumOf(data.received)} label="received today" />
            <Today value={data.counted} label="counted today" strong />
          </Group>
        ) : error ? (
          <Text size="sm" c="red">
            {error.message}
          </Text>
        ) : (
          <Skeleton height={48} width={200} />
        )}
        {data && (
          <Text size="sm" c="dimmed">
            {data.duplicates > 0
              ? `${countOf(data.duplicates, 'duplicate')} removed today`
              : sumOf(data.received) > 0
                ? 'No duplicates today'
                : 'Nothing has arrived today'}
          </Text>
        )}
      </Stack>
    </Card>
  )
}

function Today({ value, label, strong }: { value: number; label: string; strong?: boolean }) {
  return (
    <Stack gap={0}>
      <Text fz={28} lh={1.15} fw={strong ? 700 : 500}>
        {formatCount(value)}
      </Text>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
    </Stack>
  )
}
