/** One delivery in full: what became of it, what was sent and answered, where it came from. */
import { Alert, Code, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { DeliveryView, DeliveryStory as Story } from '../../api/types.ts'
import { STATE_WORDS } from '../delivery-words.ts'
import { deliveryStoryQuery } from '../destination-queries.ts'
import { countOf } from '../format.ts'
import { SentTable } from '../live/sent-table.tsx'
import { Json } from '../parts/json.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import classes from './deliveries.module.css'

interface DeliveryStoryProps {
  readonly datasetId: string
  readonly delivery: DeliveryView
}

export function DeliveryStory({ datasetId, delivery }: DeliveryStoryProps) {
  const { data, error, refetch } = useQuery(deliveryStoryQuery(datasetId, delivery.delivery_id))
  const { state, code, detail, exchange, event } = delivery
  const words = STATE_WORDS[state]
  return (
    <Stack gap="lg" className={classes.story ?? ''}>
      {state !== 'delivered' && (
        <Alert color={words.color} variant="light" title={words.title}>
          {state === 'pending' && code ? `${words.detail} Last answer: ` : ''}
          {detail ?? words.detail} {code && <Code>{code}</Code>}
        </Alert>
      )}
      {event?.event_id && (
        <Text size="sm">
          It leaves under the event id <Code>{event.event_id}</Code>, the same at every try.
        </Text>
      )}
      <Part title="What was answered">
        {exchange ? <Answer exchange={exchange} /> : <Text size="sm">{unasked(state)}</Text>}
      </Part>
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={160} />}
      {data && (
        <Part title={state === 'delivered' ? 'What was sent' : 'What is sent'}>
          <Payload story={data} />
        </Part>
      )}
      {data?.event && (
        <Part title="Where it came from">
          <SentTable legs={data.event.legs} />
        </Part>
      )}
    </Stack>
  )
}

const unasked = (state: DeliveryView['state']): string =>
  state === 'rejected'
    ? 'Nothing was sent: the fault was found here, before it could sink its neighbours.'
    : 'Nothing was sent yet.'

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Title order={3} size="h6" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  )
}

function Answer({ exchange }: { exchange: NonNullable<DeliveryView['exchange']> }) {
  const { at_ms, url, status, ms, events, answer } = exchange
  return (
    <Stack gap="xs">
      <Text size="sm" className={classes.wrap ?? ''}>
        <Time ms={at_ms} />, {url}: {status === 0 ? 'no answer came' : `status ${status}`} after{' '}
        {ms} ms, for {countOf(events, 'event')} in one request.
      </Text>
      {answer && <Json value={pretty(answer)} label="The answer" />}
    </Stack>
  )
}

/** An answer that was cut off is shown as it is. */
function pretty(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch {
    return answer
  }
}

function Payload({ story: { payload, payload_problem } }: { story: Story }) {
  if (payload_problem) {
    return (
      <Text size="sm">
        Nothing would leave now: {payload_problem.detail} <Code>{payload_problem.code}</Code>
      </Text>
    )
  }
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        Made anew from the stored event with the settings of now. Secrets are never part of it;
        personal data is hashed.
      </Text>
      <Json value={payload} label="The event as it leaves" />
    </Stack>
  )
}
