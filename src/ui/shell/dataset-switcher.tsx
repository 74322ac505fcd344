/** Goes from one dataset to another and stays on the same page of it. */
import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { datasetsQuery } from '../queries.ts'

export function DatasetSwitcher() {
  const { data = [] } = useQuery(datasetsQuery)
  const { datasetId = null } = useParams({ strict: false })
  const page = useRouterState({ select: (state) => state.matches.at(-1)?.fullPath })
  const navigate = useNavigate()
  if (data.length === 0) return null
  return (
    <Select
      aria-label="Dataset"
      placeholder="Choose a dataset"
      w={260}
      miw={0}
      value={datasetId}
      data={data.map(({ dataset_id, name }) => ({ value: dataset_id, label: name }))}
      searchable={data.length > 8}
      allowDeselect={false}
      nothingFoundMessage="No such dataset"
      comboboxProps={{ width: 260, position: 'bottom-start' }}
      onChange={(id) => {
        if (!id) return
        const to = pageOfDataset(page)
        void navigate({ to, params: { datasetId: id } })
      }}
    />
  )
}

const PAGES = [
  '/datasets/$datasetId/test-events',
  '/datasets/$datasetId/install',
  '/datasets/$datasetId/settings',
] as const

const pageOfDataset = (path: string | undefined) =>
  PAGES.find((page) => page === path) ?? '/datasets/$datasetId'
