/** The orders of one day, each with who reported it, its money and its reason. */
import { Badge, Button, Group, SegmentedControl, Skeleton, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DayRowsAnswer } from '../../api/types.ts'
import { countOf, formatCount, formatMoney } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { Scroll } from '../quality/parts.tsx'
import { dayRowsQuery, ROWS_PER_PAGE } from '../reconcile-queries.ts'
import classes from './reconcile.module.css'
import { KIND_COLORS, KIND_WORDS } from './words.ts'

type Row = DayRowsAnswer['rows'][number]

interface DayRowsProps {
  readonly datasetId: string
  readonly day: string
  readonly show: 'differences' | 'all'
  readonly onShow: (all: boolean) => void
}

export function DayRows({ datasetId, day, show, onShow }: DayRowsProps) {
  const [offset, setOffset] = useState(0)
  const { data, error, refetch } = useQuery(dayRowsQuery(datasetId, { day, show, offset }))
  return (
    <Section
      title={`Orders of ${day}`}
      hint={data && `${countOf(data.of, 'row')}, in the order of time.`}
      actions={
        <SegmentedControl
          aria-label="Which orders"
          value={show}
          data={[
            { value: 'differences', label: 'Differences' },
            { value: 'all', label: 'All' },
          ]}
          onChange={(value) => onShow(value === 'all')}
        />
      }
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={160} />}
      {data?.of === 0 && <Text>Everything of this day fits.</Text>}
      {data && data.of > 0 && <Rows datasetId={datasetId} rows={data.rows} />}
      {data && data.of > ROWS_PER_PAGE && (
        <Group>
          <Button
            variant="default"
            disabled={offset === 0}
            onClick={() => setOffset(Math.max(0, offset - ROWS_PER_PAGE))}
          >
            Earlier
          </Button>
          <Button
            variant="default"
            disabled={offset + ROWS_PER_PAGE >= data.of}
            onClick={() => setOffset(offset + ROWS_PER_PAGE)}
          >
            Later
          </Button>
          <Text size="sm" c="dimmed">
            {formatCount(offset + 1)} to {formatCount(Math.min(data.of, offset + ROWS_PER_PAGE))}
            {` of ${formatCount(data.of)}`}
          </Text>
        </Group>
      )}
    </Section>
  )
}

function Rows({ datasetId, rows }: { readonly datasetId: string; readonly rows: readonly Row[] }) {
  return (
    <Scroll label="Orders of the day">
      <Table className={`${classes.table} ${classes.orders}`}>
        <Table.Thead>
          <Table.Tr>
            {['Time', 'Order', 'Result', 'Sold', 'Counted', 'Reported by', 'Why'].map((head) => (
              <Table.Th key={head} scope="col">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={`${row.order_id} ${row.counted?.seq} ${row.at}`} data-testid="order">
              <Table.Td data-label="Time">
                <Time ms={row.at * 1000} as="moment" />
              </Table.Td>
              <Table.Td data-label="Order">
                {row.order_id ? (
                  <TextLink
                    to="/datasets/$datasetId/events"
                    params={{ datasetId }}
                    search={{ order_id: row.order_id }}
                    size="sm"
                  >
                    {row.order_id}
                  </TextLink>
                ) : (
                  <Text size="sm" c="dimmed">
                    none
                  </Text>
                )}
              </Table.Td>
              <Table.Td data-label="Result" className={classes.wide ?? ''}>
                <Badge variant="light" tt="none" color={KIND_COLORS[row.kind]} miw="max-content">
                  {KIND_WORDS[row.kind]}
                </Badge>
              </Table.Td>
              <Table.Td className={classes.number ?? ''} data-label="Sold">
                {moneyOf(row)}
              </Table.Td>
              <Table.Td className={classes.number ?? ''} data-label="Counted">
                {row.counted ? moneyOf(row.counted) : '–'}
              </Table.Td>
              <Table.Td data-label="Reported by" className={classes.wide ?? ''}>
                {reporters(row)}
              </Table.Td>
              <Table.Td className={classes.wide ?? ''}>{whyOf(row)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  )
}

function moneyOf({ amount, currency }: Pick<Row, 'amount' | 'currency'>): string {
  if (amount === null) return '–'
  return currency === null ? amount : formatMoney(amount, currency)
}

function reporters({ counted, destinations }: Row): string {
  if (!counted) return 'nobody counted'
  const sides = [...(counted.browser ? ['browser'] : []), ...(counted.server ? ['server'] : [])]
  const sent = destinations.map(({ name, state }) => `${name}: ${state.replace('_', ' ')}`)
  return [sides.join(' and '), ...sent].join('; ')
}

function whyOf({ kind, status, words, detail }: Row): string {
  if (kind === 'not_sold') return `The order is ${status}, and was not counted.`
  if (words === '') return ''
  return detail === null ? words : `${words} (${detail})`
}
