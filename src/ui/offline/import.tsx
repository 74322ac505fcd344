/** Sales that no browser saw: from a file, or one typed in by hand. */
import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Page } from '../parts/page.tsx'
import { datasetQuery } from '../queries.ts'
import { FileSection } from './file-section.tsx'
import { SaleSection } from './sale-section.tsx'

export function ImportPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const may = dataset?.may.includes('develop')
  return (
    <Page
      title="Import"
      of={dataset?.name ?? ''}
      lead="Sales in a store, by phone, by e-mail or in a chat: they become events like all others, counted once, and go to your destinations."
    >
      {dataset && !may && (
        <Text>To import sales you need the role developer in this business.</Text>
      )}
      {dataset && may && (
        <>
          <FileSection datasetId={datasetId} />
          <SaleSection dataset={dataset} />
        </>
      )}
    </Page>
  )
}
