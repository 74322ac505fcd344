/** The part of a source's page that speaks of the shop's own pages; nothing where there is none. */
import { useQuery } from '@tanstack/react-query'
import { Section } from '../parts/section.tsx'
import { integrationsQuery } from '../source-queries.ts'
import { IntegrationGuide } from './integration-guide.tsx'

interface SourceGuideProps {
  readonly datasetId: string
  /** The kind of source. */
  readonly source: string
}

export function SourceGuide({ datasetId, source }: SourceGuideProps) {
  const { data = [] } = useQuery(integrationsQuery(datasetId))
  return data
    .filter((one) => one.source === source)
    .map((one) => (
      <Section
        key={one.name}
        title={`On the pages: ${one.title}`}
        hint="Carries the visitor’s ids to the order, so that both reports become one."
      >
        <IntegrationGuide datasetId={datasetId} integration={one} />
      </Section>
    ))
}
