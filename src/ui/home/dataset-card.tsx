/** One dataset at a glance: today in events and money, whether it is well, what to do next. */
import { Badge, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { DatasetView, Summary } from '../../api/types.ts'
import { countOf, formatCount, formatMoney, READER_ZONE } from '../format.ts'
import { sumOf } from '../overview/equation-parts.ts'
import { CopyIcon } from '../parts/copy.tsx'
import { TextLink } from '../parts/links.tsx'
import { summaryQuery } from '../queries.ts'
import classes from './dataset-card.module.css'
import { Health } from './health.tsx'

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
          <Today summary={data} zone={dataset.orders_time_zone} />
        ) : error ? (
          <Text size="sm" c="red">
            {error.message}
          </Text>
        ) : (
          <Skeleton height={48} width={200} />
        )}
        <Health datasetId={datasetId} />
      </Stack>
    </Card>
  )
}

function Today({ summary, zone }: { summary: Summary; zone: string }) {
  const received = sumOf(summary.received)
  const { counted } = summary
  return (
    <Stack gap={6}>
      <Group gap="xl">
        <Figure value={received} label="received today" />
        <Figure value={counted} label="counted today" strong />
      </Group>
      <Text size="sm" c="dimmed">
        {received > 0 ? `${leftOut(summary)} today` : 'Nothing has arrived today'}
      </Text>
      {purchases(summary).map(({ currency, sum_exact, events }) => (
        <Text size="sm" key={currency}>
          <b>{formatMoney(sum_exact, currency)}</b> today from {countOf(events, 'purchase')}
        </Text>
      ))}
      {zone !== READER_ZONE && (
        <Text size="sm" c="dimmed">
          Today is the day of the shop ({zone}).
        </Text>
      )}
    </Stack>
  )
}

/** What lies between received and counted: the sum always holds. */
function leftOut({ duplicates, dropped, rejected }: Summary): string {
  const parts = [
    duplicates > 0 ? `${countOf(duplicates, 'duplicate')} removed` : 'No duplicates',
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
    ...(rejected > 0 ? [`${formatCount(rejected)} rejected`] : []),
  ]
  return parts.join(', ')
}

/** Only what was sold: the value of a product somebody looked at is no income. */
const purchases = ({ by_event }: Summary) =>
  by_event.find(({ event_name }) => event_name === 'Purchase')?.value ?? []

function Figure({ value, label, strong }: { value: number; label: string; strong?: boolean }) {
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
