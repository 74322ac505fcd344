/** What the person looked for viewed, put into the cart and bought, with the catalog's title. */
import { Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { PersonProductsAnswer } from '../../api/types.ts'
import { personProductsQuery } from '../catalog-queries.ts'
import { countOf, formatCount, formatMoney } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Time } from '../parts/time.tsx'
import { Scroll } from '../quality/parts.tsx'
import classes from '../quality/quality.module.css'

interface Props {
  readonly datasetId: string
  readonly person: readonly string[]
}

/** Nothing while nothing is known: the list of events says so itself. */
export function PersonProducts({ datasetId, person }: Props) {
  const { data } = useQuery(personProductsQuery(datasetId, person))
  if (!data || data.products.length === 0) return null
  return (
    <Section title="Products of this person" hint={<Hint answer={data} />}>
      <Scroll label="Products of this person">
        <Table className={classes.table ?? ''} data-testid="person-products">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Product</Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Viewed
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Put into the cart
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Bought
              </Table.Th>
              <Table.Th scope="col">Last</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.products.map((one) => (
              <Row key={one.product_id} one={one} />
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}

function Hint({ answer: { events, looked_back_to } }: { readonly answer: PersonProductsAnswer }) {
  return (
    <>
      From {countOf(events, 'event')} of the last 180 days that are theirs, the last 50 products.
      {looked_back_to !== null && (
        <>
          {' '}
          Looked back to <Time ms={looked_back_to * 1000} as="moment" />.
        </>
      )}
    </>
  )
}

function Row({ one }: { readonly one: PersonProductsAnswer['products'][number] }) {
  const price =
    one.price !== null && one.currency !== null ? formatMoney(one.price, one.currency) : null
  const words = one.in_catalog
    ? [one.title, price].filter(Boolean).join(', ')
    : 'not in the catalog'
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
        {one.product_id}
        <Text size="sm" c="dimmed">
          {words}
        </Text>
      </Table.Th>
      <Table.Td className={classes.number ?? ''}>{formatCount(one.viewed)}</Table.Td>
      <Table.Td className={classes.number ?? ''}>{formatCount(one.carted)}</Table.Td>
      <Table.Td className={classes.number ?? ''}>{formatCount(one.bought)}</Table.Td>
      <Table.Td>
        <Time ms={one.last_s * 1000} as="moment" />
      </Table.Td>
    </Table.Tr>
  )
}
