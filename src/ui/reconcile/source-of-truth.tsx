/** Where the orders come from: the choice, what it covers, and whether missing ones are sent. */
import { Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DatasetPatchRequest, DatasetView, ReconciliationAnswer } from '../../api/types.ts'
import { countOf } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { updateDataset } from '../queries.ts'
import { PolledShops } from './polled-shops.tsx'

const EMPTY = {
  csv: 'No file was imported yet: choose one below.',
  polls: 'No order is known yet. It takes the first check of a shop.',
  webhooks:
    'No order came yet. It takes the first delivery of a shop that is connected under Sources.',
} as const

interface SourceOfTruthProps {
  readonly dataset: DatasetView
  readonly found: ReconciliationAnswer
  readonly locked: boolean
}

const FROM = [
  { value: 'none', label: 'Nothing yet' },
  { value: 'webhooks', label: 'The connected sources, as they deliver' },
  { value: 'polls', label: 'The connected shops, when asked' },
  { value: 'csv', label: 'Imported files' },
]
const ORIGINS = { webhooks: 'webhook', polls: 'poll', csv: 'csv' } as const
const SEND = [
  { value: 'ask', label: 'Wait for me' },
  { value: 'automatic', label: 'Send by itself' },
]

export function SourceOfTruth({ dataset, found, locked }: SourceOfTruthProps) {
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: (patch: DatasetPatchRequest) => updateDataset(dataset.dataset_id, patch),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['datasets'] }),
        queries.invalidateQueries({ queryKey: ['reconciliation'] }),
      ]),
  })
  const { orders_from: from } = found
  const origin = from === 'none' ? undefined : ORIGINS[from]
  const book = found.books.find((one) => one.origin === origin)
  return (
    <Section title="What was really sold" hint="Purchases are compared with these orders.">
      <Group align="flex-start" gap="lg">
        <NativeSelect
          label="Orders come from"
          data={FROM}
          value={from}
          disabled={locked || change.isPending}
          onChange={({ currentTarget }) =>
            change.mutate({ orders_from: currentTarget.value as typeof from })
          }
        />
        {from !== 'none' && (
          <NativeSelect
            label="Orders that nobody reported"
            data={SEND}
            value={found.orders_send}
            disabled={locked || change.isPending}
            onChange={({ currentTarget }) =>
              change.mutate({ orders_send: currentTarget.value as 'ask' | 'automatic' })
            }
          />
        )}
      </Group>
      {change.error && <Failed error={change.error} />}
      <Stack gap={4}>
        {from === 'none' ? (
          <Text>
            Connect your shop under{' '}
            <TextLink to="/datasets/$datasetId/sources" params={{ datasetId: dataset.dataset_id }}>
              Sources
            </TextLink>
            , or import a file of its orders below. Then choose it here.
          </Text>
        ) : book ? (
          <Text size="sm" c="dimmed" data-testid="book">
            {countOf(book.orders, 'order')}, from <Time ms={book.first * 1000} as="moment" />
            {' to '}
            <Time ms={book.last * 1000} as="moment" />. Days begin at midnight in {found.zone}{' '}
            (Settings, General).
          </Text>
        ) : (
          <Text>{EMPTY[from]}</Text>
        )}
      </Stack>
      {from === 'polls' && <PolledShops datasetId={dataset.dataset_id} locked={locked} />}
    </Section>
  )
}
