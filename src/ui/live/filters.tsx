/** Narrows the rows; kept in the address, so a filtered view can be shared. */
import { Group, Select, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { browserName } from '../overview/agent-words.ts'
import { browserOf, type Row } from './rows.ts'

export function Filters({ rows, person }: { rows: readonly Row[]; person: ReactNode }) {
  const search = useSearch({ from: '/signed-in/datasets/$datasetId/test-events' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/test-events' })
  const set = (change: Record<string, string | null>): void => {
    void navigate({
      search: (before) => ({ ...before, ...withoutEmpty(change) }),
      replace: true,
      resetScroll: false,
    })
  }
  const names = [...new Set(rows.flatMap(({ legs }) => legs.map((leg) => leg.event_name)))].sort()
  const known = search.event && !names.includes(search.event) ? [search.event, ...names] : names
  return (
    <Group gap="sm" role="search" aria-label="Filter events" align="flex-start">
      <TextInput
        label="Search"
        placeholder="Order, event id, page"
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={search.q ?? ''}
        onChange={(change) => set({ q: change.currentTarget.value })}
        flex="2 1 200px"
      />
      <Select
        label="Reported by"
        data={[
          { value: 'browser', label: 'Browser' },
          { value: 'server', label: 'Server' },
          { value: 'other', label: 'Other' },
        ]}
        value={search.channel ?? null}
        onChange={(channel) => set({ channel })}
        placeholder="Anyone"
        clearable
        flex="1 1 130px"
      />
      <Select
        label="Event"
        data={known}
        value={search.event ?? null}
        onChange={(event) => set({ event })}
        placeholder="Every event"
        searchable
        clearable
        nothingFoundMessage="Not seen yet"
        flex="1 1 160px"
      />
      <Select
        label="Browser"
        data={browsersOf(rows, search.browser)}
        value={search.browser ?? null}
        onChange={(browser) => set({ browser })}
        placeholder="Every one"
        clearable
        flex="1 1 130px"
      />
      <CodeInput code={search.code ?? ''} onChange={(code) => set({ code })} />
      {person}
    </Group>
  )
}

/** Follows the address, too: the test tool sets the code of the page that it opens. */
function CodeInput({ code, onChange }: { code: string; onChange: (code: string) => void }) {
  const [text, setText] = useState(code)
  useEffect(() => setText((was) => (was.trim() === code ? was : code)), [code])
  return (
    <TextInput
      label="Test code"
      placeholder="Such as TEST123"
      value={text}
      onChange={(change) => {
        setText(change.currentTarget.value)
        onChange(change.currentTarget.value.trim())
      }}
      flex="1 1 130px"
    />
  )
}

function browsersOf(rows: readonly Row[], chosen: string | undefined) {
  const seen = rows.flatMap(({ legs }) => legs.map(browserOf))
  const names = new Set([...seen, chosen].filter((name) => name !== undefined))
  return [...names].sort().map((value) => ({ value, label: browserName(value) }))
}

/** The router leaves undefined keys out of the address. */
const withoutEmpty = (change: Record<string, string | null>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(change).map(([key, value]) => [key, value || undefined]))
