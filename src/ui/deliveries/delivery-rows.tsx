/** Deliveries as rows that open to their story. */
import { Badge, Button, Code, Group, Paper, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import { type ReactNode, useId } from 'react'
import type { DeliveryView, DestinationShown } from '../../api/types.ts'
import { COPY_WORDS, STATE_WORDS } from '../delivery-words.ts'
import { Time } from '../parts/time.tsx'
import classes from './deliveries.module.css'
import { DeliveryStory } from './delivery-story.tsx'

interface DeliveryRowsProps {
  readonly datasetId: string
  readonly deliveries: readonly DeliveryView[]
  readonly destinations: readonly DestinationShown[]
  /** Absent: these are all. */
  readonly more?: (() => void) | undefined
  readonly isLoadingMore: boolean
  /** At the end of each row. */
  readonly action?: (delivery: DeliveryView) => ReactNode
}

export function DeliveryRows(props: DeliveryRowsProps) {
  const { datasetId, deliveries, destinations, more, isLoadingMore, action } = props
  const names = new Map(destinations.map(({ destination_id, name }) => [destination_id, name]))
  return (
    <>
      <Paper withBorder className={classes.rows ?? ''}>
        <ul className={classes.list} aria-label="Deliveries, newest first">
          {deliveries.map((delivery) => (
            <Row
              key={delivery.delivery_id}
              datasetId={datasetId}
              delivery={delivery}
              to={names.get(delivery.destination_id) ?? delivery.destination_id}
              action={action?.(delivery)}
            />
          ))}
        </ul>
      </Paper>
      {more && (
        <Group justify="center">
          <Button variant="default" onClick={more} loading={isLoadingMore}>
            Show older ones
          </Button>
        </Group>
      )}
    </>
  )
}

interface RowProps {
  readonly datasetId: string
  readonly delivery: DeliveryView
  readonly to: string
  readonly action: ReactNode
}

function Row({ datasetId, delivery, to, action }: RowProps) {
  const [opened, { toggle }] = useDisclosure()
  const id = useId()
  const { event, state, code, detail, copy, attempts, settled_ms, due_ms, created_ms } = delivery
  const words = STATE_WORDS[state]
  const failed = state !== 'delivered' && code
  return (
    <li className={classes.row} data-testid="delivery-row" data-state={state}>
      <div className={classes.cells}>
        <UnstyledButton
          className={classes.toggle ?? ''}
          onClick={toggle}
          aria-expanded={opened}
          aria-controls={id}
        >
          <IconChevronRight size={16} aria-hidden data-opened={opened || undefined} />
          <span>
            <Text span fw={600} className={classes.wrap ?? ''}>
              {event?.event_name ?? 'Erased event'}
            </Text>
            <Text size="sm" c="dimmed" className={classes.wrap ?? ''}>
              {event?.order_id ? `Order ${event.order_id}` : (event?.event_id ?? '')}
            </Text>
          </span>
        </UnstyledButton>
        <div>
          <Text size="sm">{to}</Text>
          <Text size="sm" c="dimmed">
            {COPY_WORDS[copy]}
          </Text>
        </div>
        <div className={classes.state}>
          <Group gap="xs">
            <Badge color={words.color} variant="light" tt="none" title={words.detail}>
              {words.title}
            </Badge>
            {attempts > 1 && (
              <Text size="sm" c="dimmed">
                {attempts} tries
              </Text>
            )}
          </Group>
          {failed && (
            <Text size="sm" className={classes.detail ?? ''}>
              {state === 'rejected' || state === 'held' ? '' : 'Last answer: '}
              {detail} <Code>{code}</Code>
            </Text>
          )}
        </div>
        <Text size="sm" c="dimmed" component="div">
          {settled_ms === null ? 'Made ' : ''}
          <Time ms={settled_ms ?? created_ms} as="moment" />
          {due_ms !== null && due_ms > Date.now() && (
            <div>
              Next try <Time ms={due_ms} />
            </div>
          )}
        </Text>
        {action}
      </div>
      <div id={id}>{opened && <DeliveryStory datasetId={datasetId} delivery={delivery} />}</div>
    </li>
  )
}
