/** What a connection delivered, the newest first: what became of it, why, and trying it again. */
import { Badge, Button, Code, Group, Select, Skeleton, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConnectionShown, SourceDeliveryView } from '../../api/types.ts'
import { countOf } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { retryDeliveries, sourceDeliveriesQuery } from '../source-queries.ts'
import { VERDICT_WORDS } from '../words.ts'
import classes from './sources.module.css'

type State = SourceDeliveryView['state']

const STATES: Readonly<Record<State, { readonly title: string; readonly color: string }>> = {
  received: { title: 'Waiting', color: 'blue' },
  translated: { title: 'Counted', color: 'teal' },
  ignored: { title: 'Nothing to count', color: 'gray' },
  failed: { title: 'Failed', color: 'red' },
  duplicate: { title: 'Sent twice', color: 'gray' },
}

interface SectionProps {
  readonly connection: ConnectionShown
  readonly locked: boolean
}

export function DeliveriesSection({ connection, locked }: SectionProps) {
  const { dataset_id, connection_id, states } = connection
  const [state, setState] = useState<string | null>(null)
  const { data, error, refetch, isPending } = useQuery(
    sourceDeliveriesQuery(dataset_id, connection_id, state ?? undefined),
  )
  const retry = useRetry(connection)
  return (
    <Section
      title="Deliveries"
      hint="The last 50. What was sent is kept encrypted for seven days, to be translated again after a change; what became of it for 30."
      actions={
        states.failed > 0 && (
          <Button
            variant="default"
            disabled={locked}
            loading={retry.isPending}
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={() => retry.mutate(undefined)}
          >
            Try failed ones again
          </Button>
        )
      }
    >
      <Select
        label="Show"
        maw={260}
        clearable
        placeholder="All"
        value={state}
        onChange={setState}
        data={Object.entries(STATES).map(([value, { title }]) => ({ value, label: title }))}
      />
      {retry.data && (
        <Text size="sm" role="status">
          {countOf(retry.data.due, 'delivery', 'deliveries')} translated again.
        </Text>
      )}
      {(error ?? retry.error) && (
        <Failed error={error ?? retry.error} onRetry={() => void refetch()} />
      )}
      {isPending && <Skeleton height={160} />}
      {data?.deliveries.length === 0 && (
        <Text size="sm" c="dimmed">
          None of these in the last 30 days.
        </Text>
      )}
      {data && (
        <ul className={classes.deliveries} aria-label="Deliveries">
          {data.deliveries.map((delivery) => (
            <li key={delivery.id} data-testid="delivery">
              <Row delivery={delivery} locked={locked} onRetry={(id) => retry.mutate([id])} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function useRetry({ dataset_id, connection_id }: ConnectionShown) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (ids: readonly number[] | undefined) =>
      retryDeliveries(
        dataset_id,
        connection_id,
        ids ? { ids: [...ids], states: ['failed', 'ignored', 'translated', 'received'] } : {},
      ),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['connections'] }),
  })
}

interface RowProps {
  readonly delivery: SourceDeliveryView
  readonly locked: boolean
  readonly onRetry: (id: number) => void
}

function Row({ delivery, locked, onRetry }: RowProps) {
  const { id, topic, received_ms, state, reason, reason_words, detail, events } = delivery
  const { title, color } = STATES[state]
  return (
    <Group justify="space-between" align="flex-start" gap="sm" wrap="nowrap">
      <div>
        <Group gap="xs">
          <Badge color={color} variant="light" tt="none">
            {title}
          </Badge>
          <Text size="sm" fw={550}>
            {topic || 'delivery'}
          </Text>
          <Text size="sm" c="dimmed">
            <Time ms={received_ms} as="moment" />
          </Text>
        </Group>
        {events.map((event) => (
          <Text size="sm" key={`${event.event_name} ${event.event_id}`}>
            {event.event_name} <Code>{event.event_id}</Code>{' '}
            {event.verdict === 'duplicate'
              ? 'joined the report that was there'
              : VERDICT_WORDS[event.verdict as keyof typeof VERDICT_WORDS].toLowerCase()}
            {event.reason && ` (${event.reason})`}
          </Text>
        ))}
        {reason && (
          <Text size="sm" c={state === 'failed' ? 'red' : 'dimmed'}>
            {reason_words ?? ''} {detail ?? ''} <Code>{reason}</Code>
          </Text>
        )}
      </div>
      {delivery.can_retry && (
        <Button
          size="xs"
          variant="subtle"
          flex="none"
          disabled={locked}
          aria-label={`Translate ${topic} again`}
          onClick={() => onRetry(id)}
        >
          Again
        </Button>
      )}
    </Group>
  )
}
