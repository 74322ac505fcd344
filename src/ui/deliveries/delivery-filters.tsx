/** Narrows the deliveries; kept in the address, so a filtered view can be shared. */
import { Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { DestinationShown } from '../../api/types.ts'
import { STATE_WORDS, STATES } from '../delivery-words.ts'

const TYPING_MS = 300

export function DeliveryFilters({ destinations }: { destinations: readonly DestinationShown[] }) {
  const search = useSearch({ from: '/signed-in/datasets/$datasetId/deliveries' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/deliveries' })
  const set = (change: Record<string, string | null>): void => {
    const clean = Object.fromEntries(
      Object.entries(change).map(([name, value]) => [name, value?.trim() || undefined]),
    )
    void navigate({
      search: (before) => ({ ...before, ...clean }),
      replace: true,
      resetScroll: false,
    })
  }
  const type = useDebouncedCallback(set, TYPING_MS)
  return (
    <Group gap="sm" role="search" aria-label="Filter deliveries" align="flex-end">
      <TextInput
        label="Event id"
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={search.event_id ?? ''}
        onChange={(change) => type({ event_id: change.currentTarget.value })}
        flex="2 1 180px"
      />
      <TextInput
        label="Order"
        defaultValue={search.order_id ?? ''}
        onChange={(change) => type({ order_id: change.currentTarget.value })}
        flex="1 1 130px"
      />
      <Select
        label="Destination"
        data={destinations.map(({ destination_id, name }) => ({
          value: destination_id,
          label: name,
        }))}
        value={search.destination ?? null}
        onChange={(destination) => set({ destination })}
        placeholder="Every one"
        clearable
        flex="1 1 160px"
      />
      <Select
        label="State"
        data={STATES.map((state) => ({ value: state, label: STATE_WORDS[state].title }))}
        value={search.state ?? null}
        onChange={(state) => set({ state })}
        placeholder="Any state"
        clearable
        flex="1 1 150px"
      />
      <TextInput
        label="Error code"
        placeholder="Such as 190"
        defaultValue={search.code ?? ''}
        onChange={(change) => type({ code: change.currentTarget.value })}
        flex="1 1 120px"
      />
    </Group>
  )
}
