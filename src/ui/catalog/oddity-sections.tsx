/** Ids that are not in the catalog or of the other kind, and prices that differ. */
import { Table, Text } from '@mantine/core'
import type { CatalogReportAnswer } from '../../api/types.ts'
import { formatCount, formatMoney } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { Time } from '../parts/time.tsx'
import { Scroll } from '../quality/parts.tsx'
import classes from '../quality/quality.module.css'

interface Props {
  readonly datasetId: string
  readonly report: CatalogReportAnswer
}

type Oddity = CatalogReportAnswer['unknown'][number]

export function OdditySections({ datasetId, report }: Props) {
  const kinds = [...report.group_as_product, ...report.product_as_group]
  return (
    <>
      <Ids
        datasetId={datasetId}
        title="Unknown ids"
        hint="Named by events in the last 28 days, and not in the catalog: another number of the same product, a prefix, other capitals, or a product that the feed leaves out."
        rows={report.unknown}
        testId="unknown"
      />
      <Ids
        datasetId={datasetId}
        title="Groups and variants mixed up"
        hint="In the catalog, but as the other kind than the event says, in the last 28 days."
        rows={kinds}
        testId="kinds"
      />
      <Drift datasetId={datasetId} rows={[...report.price, ...report.currency]} />
    </>
  )
}

interface IdsProps {
  readonly datasetId: string
  readonly title: string
  readonly hint: string
  readonly rows: readonly Oddity[]
  readonly testId: string
}

function Ids({ datasetId, title, hint, rows, testId }: IdsProps) {
  if (rows.length === 0) return null
  return (
    <Section title={title} hint={hint}>
      <Scroll label={title}>
        <Table className={classes.table ?? ''} data-testid={testId}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Id</Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Reports
              </Table.Th>
              <Table.Th scope="col">Last</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.product_id}>
                <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
                  <Name row={row} />
                </Table.Th>
                <Table.Td className={classes.number ?? ''}>{formatCount(row.n)}</Table.Td>
                <Last datasetId={datasetId} row={row} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}

function Drift({ datasetId, rows }: { datasetId: string; rows: readonly Oddity[] }) {
  if (rows.length === 0) return null
  return (
    <Section
      title="Events and feed differ"
      hint="Products with another price or currency in events than in the feed, in the last 28 days."
    >
      <Scroll label="Events and feed differ">
        <Table className={classes.table ?? ''} data-testid="drift">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Product</Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Reports
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Event says
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Feed says
              </Table.Th>
              <Table.Th scope="col">Last</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={`${row.product_id} ${row.currency}`}>
                <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
                  <Name row={row} />
                </Table.Th>
                <Table.Td className={classes.number ?? ''}>{formatCount(row.n)}</Table.Td>
                <Table.Td className={classes.number ?? ''}>{money(row.said, row)}</Table.Td>
                <Table.Td className={classes.number ?? ''}>{money(row.feed, row)}</Table.Td>
                <Last datasetId={datasetId} row={row} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}

/** A price, or the code of a currency. */
const money = (said: string | null, { currency }: Oddity): string =>
  said !== null && currency !== null ? formatMoney(said, currency) : (said ?? '')

function Name({ row: { product_id, title } }: { readonly row: Oddity }) {
  return (
    <>
      {product_id}
      {title && (
        <Text size="sm" c="dimmed">
          {title}
        </Text>
      )}
    </>
  )
}

function Last({ datasetId, row }: { readonly datasetId: string; readonly row: Oddity }) {
  const { event, event_name, last_s } = row
  return (
    <Table.Td>
      {event === null ? (
        event_name
      ) : (
        <TextLink
          to="/datasets/$datasetId/events/$eventId"
          params={{ datasetId, eventId: event }}
          size="sm"
        >
          {event_name}
        </TextLink>
      )}
      <Text size="sm" c="dimmed">
        <Time ms={last_s * 1000} as="moment" />
      </Text>
    </Table.Td>
  )
}
