/** The products of the catalog, to be searched; or those that no event named. */
import { Button, Group, Switch, Table, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProductsAnswer } from '../../api/types.ts'
import { productsQuery } from '../catalog-queries.ts'
import { formatMoney } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { Scroll } from '../quality/parts.tsx'
import classes from '../quality/quality.module.css'

/** Typing waits for the hand to rest. */
const PAUSE_MS = 250

export function ProductSection({ datasetId }: { readonly datasetId: string }) {
  const [text, setText] = useState('')
  const [unseen, setUnseen] = useState(false)
  /** Where each page so far began. */
  const [pages, setPages] = useState<readonly string[]>([])
  const [search] = useDebouncedValue(text.trim(), PAUSE_MS)
  const chosen = { search, unseen, after: pages.at(-1) }
  const { data, error } = useQuery(productsQuery(datasetId, chosen))
  return (
    <Section title="Products" hint="By id. The time is that of the last event that named it.">
      <Group align="flex-end">
        <TextInput
          label="Search"
          placeholder="Id, group or title"
          value={text}
          maxLength={100}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value)
            setPages([])
          }}
          w={{ base: '100%', sm: 320 }}
        />
        <Switch
          label="Only those no event named in 28 days"
          checked={unseen}
          onChange={({ currentTarget }) => {
            setUnseen(currentTarget.checked)
            setPages([])
          }}
          mb={8}
        />
      </Group>
      {error && <Failed error={error} />}
      {data && <Products answer={data} />}
      {data && (data.next_after !== null || pages.length > 0) && (
        <Group>
          <Button
            variant="default"
            size="xs"
            disabled={pages.length === 0}
            onClick={() => setPages(pages.slice(0, -1))}
          >
            Back
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={data.next_after === null}
            onClick={() => data.next_after !== null && setPages([...pages, data.next_after])}
          >
            Next
          </Button>
        </Group>
      )}
    </Section>
  )
}

function Products({ answer: { products, next_after } }: { readonly answer: ProductsAnswer }) {
  if (products.length === 0) {
    return <Text>{next_after === null ? 'No product.' : 'None so far: go on with Next.'}</Text>
  }
  return (
    <Scroll label="Products">
      <Table className={classes.table ?? ''} data-testid="product-list">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Product</Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              Group
            </Table.Th>
            <Table.Th scope="col" className={classes.number ?? ''}>
              Price
            </Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              Availability
            </Table.Th>
            <Table.Th scope="col">Last named</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {products.map((one) => (
            <Table.Tr key={one.product_id}>
              <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
                {one.product_id}
                {one.title && (
                  <Text size="sm" c="dimmed">
                    {one.title}
                  </Text>
                )}
              </Table.Th>
              <Table.Td visibleFrom="sm">{one.group_id ?? '–'}</Table.Td>
              <Table.Td className={classes.number ?? ''}>
                {formatMoney(one.price, one.currency)}
                {one.sale_price && (
                  <Text size="sm" c="dimmed">
                    sale {formatMoney(one.sale_price, one.currency)}
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="sm">{(one.availability ?? '–').replaceAll('_', ' ')}</Table.Td>
              <Table.Td>
                {one.seen_s === null ? 'never' : <Time ms={one.seen_s * 1000} as="moment" />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  )
}
