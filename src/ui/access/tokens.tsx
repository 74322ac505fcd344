/** The tokens of a dataset: what programs show instead of a password. */
import { Alert } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { datasetQuery } from '../queries.ts'
import { CreateToken } from './create-token.tsx'
import { TokenList } from './token-list.tsx'

export function TokensPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const mayDevelop = dataset?.may.includes('develop') ?? false
  const mayAdminister = dataset?.may.includes('administer') ?? false
  return (
    <Page
      title="Tokens"
      of={dataset?.name ?? ''}
      lead="What programs show instead of a password: your server, a dashboard, the command line."
      actions={mayDevelop && <CreateToken datasetId={datasetId} mayAdminister={mayAdminister} />}
    >
      {dataset && !mayDevelop && (
        <Alert variant="light" color="gray" icon={<IconLock aria-hidden />}>
          Seeing and making tokens needs the role developer.
        </Alert>
      )}
      {mayDevelop && (
        <Section
          title="Tokens of this dataset"
          hint="The newest first. A token itself is shown only when it is made."
        >
          <TokenList datasetId={datasetId} mayAdminister={mayAdminister} />
        </Section>
      )}
    </Page>
  )
}
