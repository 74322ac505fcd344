/** The shops that are asked for their orders, on the page of reconciliation, and their checks. */
import { Group, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { ConnectionShown } from '../../api/types.ts'
import { inLabels } from '../destinations/setting-fields.ts'
import { TextLink } from '../parts/links.tsx'
import { Failed } from '../parts/states.tsx'
import { connectionsQuery } from '../source-queries.ts'
import { CheckNow, PollWords, useAsk } from '../sources/polling-section.tsx'

interface PolledShopsProps {
  readonly datasetId: string
  readonly locked: boolean
}

export function PolledShops({ datasetId, locked }: PolledShopsProps) {
  const { data } = useQuery(connectionsQuery(datasetId))
  const shops = (data ?? []).filter(({ polling }) => polling !== null)
  if (!data) return null
  if (shops.length === 0) {
    return (
      <Text>
        No shop is there to be asked: connect Shopify, WooCommerce, BigCommerce or Stripe under{' '}
        <TextLink to="/datasets/$datasetId/sources" params={{ datasetId }}>
          Sources
        </TextLink>{' '}
        and enter there what it needs to be asked.
      </Text>
    )
  }
  return (
    <Stack gap="md">
      {shops.map((shop) => (
        <Shop key={shop.connection_id} shop={shop} locked={locked} />
      ))}
    </Stack>
  )
}

function Shop({ shop, locked }: { readonly shop: ConnectionShown; readonly locked: boolean }) {
  const { dataset_id, connection_id, name, polling } = shop
  const ask = useAsk(shop)
  useComparedAnew(polling?.last_ms ?? null)
  if (!polling) return null
  return (
    <Stack gap={4} data-testid="polled-shop">
      <Group justify="space-between" gap="sm">
        <TextLink
          to="/datasets/$datasetId/sources/$connectionId"
          params={{ datasetId: dataset_id, connectionId: connection_id }}
        >
          {name}
        </TextLink>
        {!polling.lacks && (
          <CheckNow polling={polling} locked={locked} onCheck={() => ask.mutate({})} />
        )}
      </Group>
      {polling.lacks ? (
        <Text size="sm">Not asked yet. {inLabels(polling.lacks)}</Text>
      ) : (
        <PollWords polling={polling} />
      )}
      {ask.error && <Failed error={ask.error} />}
    </Stack>
  )
}

/** What a check brought is compared at once. */
function useComparedAnew(lastMs: number | null): void {
  const cache = useQueryClient()
  const seen = useRef(lastMs)
  useEffect(() => {
    if (seen.current === lastMs) return
    seen.current = lastMs
    void cache.invalidateQueries({ queryKey: ['reconciliation'] })
  }, [cache, lastMs])
}
