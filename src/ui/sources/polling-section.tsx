/** Asking the platform for its orders: how that gets on, and doing it now. */
import { Alert, Anchor, Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConnectionShown, PollRequest } from '../../api/types.ts'
import { inLabels } from '../destinations/setting-fields.ts'
import { countOf, formatCount } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { pollConnection } from '../source-queries.ts'

type Polling = NonNullable<ConnectionShown['polling']>

interface PollingProps {
  readonly connection: ConnectionShown
  readonly locked: boolean
}

export function PollingSection({ connection, locked }: PollingProps) {
  const { polling, title } = connection
  const [from, setFrom] = useState('')
  const ask = useAsk(connection)
  if (!polling) return null
  return (
    <Section
      title={`Orders that ${title} names when asked`}
      hint="What webhooks may have lost. They go into the order book, to compare the count with under Reconciliation; nothing is counted by asking."
    >
      {polling.lacks ? (
        <Text>
          {inLabels(polling.lacks)} <Anchor href="#settings">Settings</Anchor> below. Until then
          nothing is asked.
        </Text>
      ) : (
        <Stack gap="sm">
          <PollWords polling={polling} />
          <Group align="flex-end" gap="sm">
            <TextInput
              type="date"
              label="From"
              description="Empty: go on where the last check ended."
              value={from}
              disabled={locked}
              onChange={(change) => setFrom(change.currentTarget.value)}
            />
            <CheckNow
              polling={polling}
              locked={locked}
              onCheck={() => ask.mutate(from ? { from } : {}, { onSuccess: () => setFrom('') })}
            />
          </Group>
          {ask.error && <Failed error={ask.error} />}
        </Stack>
      )}
    </Section>
  )
}

export function useAsk({ dataset_id, connection_id }: ConnectionShown) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (request: PollRequest) => pollConnection(dataset_id, connection_id, request),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['connections'] }),
  })
}

interface CheckProps {
  readonly polling: Polling
  readonly locked: boolean
  readonly onCheck: () => void
}

export function CheckNow({ polling, locked, onCheck }: CheckProps) {
  return (
    <Button
      variant="default"
      disabled={locked || polling.running}
      leftSection={polling.running ? <Loader size={16} /> : <IconRefresh size={16} aria-hidden />}
      onClick={onCheck}
    >
      {polling.running ? 'Checking' : 'Check now'}
    </Button>
  )
}

/** The last check, the newest order, the next check, in sentences. */
export function PollWords({ polling }: { readonly polling: Polling }) {
  const { last_ms: lastMs, next_ms: nextMs, round, last_order: newest, minutes } = polling
  return (
    <Stack gap={4}>
      {polling.trouble && (
        <Alert
          role="alert"
          color="red"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          data-testid="poll-trouble"
        >
          {polling.trouble}{' '}
          {polling.ok_ms !== null && (
            <>
              It last worked on <Time ms={polling.ok_ms} as="moment" />.
            </>
          )}
        </Alert>
      )}
      {polling.meta_pixels.length > 0 && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />}>
          Shopify’s own Meta channel is on and feeds pixel {polling.meta_pixels.join(', ')}. If that
          is where this dataset is sent, every sale counts twice there: switch its data sharing off.
        </Alert>
      )}
      <Text size="sm" data-testid="poll-last">
        {lastMs === null ? (
          'It was not asked yet.'
        ) : (
          <>
            Last check <Time ms={lastMs} as="moment" />
            {round && `: ${roundWords(round)}`}
          </>
        )}
        {polling.more && ' There is more; it goes on.'}
      </Text>
      {newest && (
        <Text size="sm" data-testid="poll-newest">
          Newest sale: {newest.order_id}, <Time ms={newest.at_s * 1000} as="moment" />.
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {minutes === null
          ? 'Only when you say so; its settings can have it done regularly.'
          : `Every ${formatCount(minutes)} minutes.`}
        {nextMs !== null && !polling.running && (
          <>
            {' '}
            Next <Time ms={nextMs} as="moment" />.
          </>
        )}
      </Text>
    </Stack>
  )
}

function roundWords({ orders, added, changed, unread }: NonNullable<Polling['round']>): string {
  const bad = unread > 0 ? ` ${countOf(unread, 'order')} could not be read.` : ''
  return `${countOf(orders, 'order')}, ${formatCount(added)} new, ${formatCount(changed)} changed.${bad}`
}
