/** Narrows the event log; kept in the address, so that a search can be shared. */
import { Group, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { FINDINGS } from '../../event/findings.ts'
import { eventNamesQuery } from '../rules/rule-queries.ts'
import { reasonWords } from '../words.ts'
import { type LogSearch, readLogSearch, SEEN_BY, VERDICTS } from './log-search.ts'

const TYPING_MS = 300

const VERDICT_CHOICES: Record<(typeof VERDICTS)[number], string> = {
  accepted: 'Counted',
  duplicate: 'Counted, with duplicates removed',
  dropped: 'Dropped',
  rejected: 'Rejected',
  all: 'All of these',
}

const SEEN_BY_CHOICES: Record<(typeof SEEN_BY)[number], string> = {
  both: 'Browser and server',
  browser_only: 'Only the browser',
  server_only: 'Only the server',
  browser: 'Browser, at least',
  server: 'Server, at least',
  other: 'Another source, at least',
}

export function LogFilters({ person }: { person: ReactNode }) {
  const { search, type } = useLogSearch()
  return (
    <Stack gap="sm" role="search" aria-label="Search events">
      <Group gap="sm" align="flex-start">
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
        {person}
      </Group>
      <Group gap="sm" align="flex-end">
        <Choices />
      </Group>
      <Group gap="sm" align="flex-end">
        <TextInput
          label="From"
          type="datetime-local"
          defaultValue={search.from ?? ''}
          onChange={(change) => type({ from: change.currentTarget.value })}
          flex="1 1 180px"
          maw={260}
        />
        <TextInput
          label="Until"
          type="datetime-local"
          defaultValue={search.to ?? ''}
          onChange={(change) => type({ to: change.currentTarget.value })}
          flex="1 1 180px"
          maw={260}
        />
      </Group>
    </Stack>
  )
}

function Choices() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { search, set } = useLogSearch()
  const { data: names = [] } = useQuery(eventNamesQuery(datasetId))
  const known = search.event && !names.includes(search.event) ? [search.event, ...names] : names
  const reasons = search.reason
    ? [{ value: search.reason, label: reasonWords(search.reason).title }]
    : []
  return (
    <>
      <Select
        label="Event"
        data={known}
        value={search.event ?? null}
        onChange={(event) => set({ event })}
        placeholder="Every event"
        searchable
        {...CHOICE}
      />
      <Select
        label="Outcome"
        data={VERDICTS.map((value) => ({ value, label: VERDICT_CHOICES[value] }))}
        value={search.verdict ?? 'accepted'}
        onChange={(verdict) => set({ verdict, reason: null })}
        allowDeselect={false}
        flex={CHOICE.flex}
      />
      {search.reason && (
        <Select
          label="Reason"
          data={reasons}
          value={search.reason}
          onChange={(reason) => set({ reason })}
          {...CHOICE}
        />
      )}
      <Select
        label="Reported by"
        data={SEEN_BY.map((value) => ({ value, label: SEEN_BY_CHOICES[value] }))}
        value={search.seen_by ?? null}
        onChange={(seen_by) => set({ seen_by })}
        placeholder="Anyone"
        {...CHOICE}
      />
      <Select
        label="Note"
        data={FINDING_CHOICES}
        value={search.finding ?? null}
        onChange={(finding) => set({ finding })}
        placeholder="With or without"
        searchable
        {...CHOICE}
      />
    </>
  )
}

const CHOICE = { clearable: true, flex: '1 1 150px' } as const

function useLogSearch() {
  const search = useSearch({ from: '/signed-in/datasets/$datasetId/events' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/events' })
  const set = (change: Record<string, string | null>): void =>
    void navigate({
      search: (before): LogSearch => readLogSearch({ ...before, ...trimmed(change) }),
      replace: true,
      resetScroll: false,
    })
  return { search, set, type: useDebouncedCallback(set, TYPING_MS) }
}

const FINDING_CHOICES = Object.entries(FINDINGS)
  .map(([value, { title }]) => ({ value, label: title.replace(/\.$/, '') }))
  .sort((a, b) => a.label.localeCompare(b.label))

const trimmed = (change: Record<string, string | null>): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(change).map(([key, value]) => [key, value?.trim() || undefined]),
  )
