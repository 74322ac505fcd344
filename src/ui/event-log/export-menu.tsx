/** What a search found as a file: a plain download that the browser writes to disk as it comes. */
import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { countOf } from '../format.ts'
import { ExportDropdown } from '../parts/export-dropdown.tsx'
import { exportsQuery } from './export-queries.ts'
import { type LogSearch, logQuery } from './log-search.ts'

interface ExportMenuProps {
  readonly datasetId: string
  readonly search: LogSearch
  readonly person: readonly string[]
  readonly onBegin: () => void
}

export function ExportMenu({ datasetId, search, person, onBegin }: ExportMenuProps) {
  const { data } = useQuery(exportsQuery(datasetId))
  const running = data?.exports.filter(({ state }) => state === 'running').length ?? 0
  const isFull = data !== undefined && running >= data.running_max
  const href = (format: 'csv' | 'ndjson'): string => {
    const query = logQuery(search, person)
    query.set('format', format)
    return `/api/datasets/${datasetId}/events/export?${query}`
  }
  const asLink = (format: 'csv' | 'ndjson') =>
    isFull
      ? { disabled: true }
      : ({ component: 'a', href: href(format), download: true, onClick: onBegin } as const)
  return (
    <ExportDropdown>
      <Menu.Label>
        {isFull
          ? `${countOf(running, 'export')} are running: wait, or cancel one`
          : 'All events that fit the search'}
      </Menu.Label>
      <Menu.Item {...asLink('csv')}>CSV, for a spreadsheet</Menu.Item>
      <Menu.Item {...asLink('ndjson')}>NDJSON, with every report</Menu.Item>
    </ExportDropdown>
  )
}
