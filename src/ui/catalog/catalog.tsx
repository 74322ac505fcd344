/** The products of the shop, and how events agree with them. */
import { Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { CatalogAnswer } from '../../api/types.ts'
import { catalogQuery, catalogReportQuery, removeCatalog } from '../catalog-queries.ts'
import { countOf, formatCount, formatShare } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { Figure, Figures, WindowControl } from '../quality/parts.tsx'
import { QUALITY_WINDOW_TEXT, type QualityWindow } from '../quality-queries.ts'
import { datasetQuery } from '../queries.ts'
import { AddressSection } from './address-section.tsx'
import { FileSection } from './file-section.tsx'
import { ImportList } from './import-list.tsx'
import { MatchSection } from './match-section.tsx'
import { OdditySections } from './oddity-sections.tsx'
import { ProductSection } from './product-section.tsx'

export function CatalogPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { window = '48h' } = useSearch({ from: '/signed-in/datasets/$datasetId/catalog' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/catalog' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data: catalog, error, isPending, refetch } = useQuery(catalogQuery(datasetId))
  const may = dataset?.may.includes('develop') ?? false
  const has = catalog !== undefined && catalog.products > 0
  return (
    <Page
      title="Catalog"
      of={dataset?.name ?? ''}
      lead="The products of your feed, and how events agree with them. Product ads find only ids that are in the catalog."
      actions={
        has && (
          <WindowControl
            window={window}
            onChange={(to) =>
              void navigate({ search: { window: to }, replace: true, resetScroll: false })
            }
          />
        )
      }
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {catalog && !has && <Empty may={may} />}
      {has && <InForce catalog={catalog} />}
      {has && <Report datasetId={datasetId} window={window} />}
      {catalog && dataset && may && (
        <>
          <FileSection datasetId={datasetId} catalog={catalog} />
          <AddressSection datasetId={datasetId} catalog={catalog} />
        </>
      )}
      {catalog && catalog.imports.length > 0 && <ImportList imports={catalog.imports} />}
      {has && <ProductSection datasetId={datasetId} />}
      {has && may && <RemoveSection datasetId={datasetId} />}
    </Page>
  )
}

function Empty({ may }: { readonly may: boolean }) {
  return (
    <Section title="There is no catalog yet">
      <Text>
        {may
          ? 'Take the feed that you give to Google Merchant Center or to Meta: choose its file below, or let it be fetched from its address. You then see for each event how many of its product ids are in the catalog, and where prices differ.'
          : 'Somebody with the role developer in this business can import your product feed here.'}
      </Text>
    </Section>
  )
}

function InForce({ catalog }: { readonly catalog: CatalogAnswer }) {
  const { products, seen, imported_ms, source } = catalog
  const named = Math.min(seen, products)
  return (
    <Section title="In force">
      <Figures>
        <Figure label="Products" value={formatCount(products)} testId="products">
          {imported_ms !== null && (
            <>
              imported <Time ms={imported_ms} as="moment" />
            </>
          )}
        </Figure>
        <Figure label="Named by events" value={formatCount(named)} testId="seen">
          in the last 28 days, {formatShare(named, products)} of {formatCount(products)}
        </Figure>
        <Figure label="Never seen" value={formatCount(products - named)}>
          no event named them in 28 days
        </Figure>
        <Figure label="Feed" value={source ? `every ${source.every_hours} h` : 'by hand'}>
          {source ? (
            <>
              next <Time ms={source.next_ms} as="moment" />
              {source.failures > 0 &&
                `, failed ${countOf(source.failures, 'time')}: ${source.error ?? ''}`}
            </>
          ) : (
            'no address is set'
          )}
        </Figure>
      </Figures>
    </Section>
  )
}

interface ReportProps {
  readonly datasetId: string
  readonly window: QualityWindow
}

function Report({ datasetId, window }: ReportProps) {
  const { data, error, refetch } = useQuery(catalogReportQuery(datasetId, window))
  if (error) return <Failed error={error} onRetry={() => void refetch()} />
  if (!data) return null
  const { sentence } = QUALITY_WINDOW_TEXT[window]
  return (
    <>
      <MatchSection events={data.events} sentence={sentence} />
      <OdditySections datasetId={datasetId} report={data} />
    </>
  )
}

function RemoveSection({ datasetId }: { readonly datasetId: string }) {
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removeCatalog(datasetId),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['catalog', datasetId] }),
  })
  return (
    <Section title="Remove the catalog" hint="Products, address and imports. Events stay.">
      <div>
        <Confirm
          label="Remove"
          title="Remove the catalog?"
          action="Remove it"
          danger
          work={{ ...remove, mutate: (_, then) => remove.mutate(undefined, then) }}
        >
          What was measured stays as it is; new events are no longer held against products.
        </Confirm>
      </div>
    </Section>
  )
}
