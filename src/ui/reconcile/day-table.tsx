/** Orders and count by day of the shop; a day can be opened. */
import { Button, Table } from '@mantine/core'
import type { ReconciliationAnswer } from '../../api/types.ts'
import { formatCount, formatShare } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Scroll } from '../quality/parts.tsx'
import classes from '../quality/quality.module.css'

interface DayTableProps {
  readonly days: ReconciliationAnswer['days']
  readonly chosen: string | undefined
  readonly onChoose: (day: string) => void
}

const HEADS = [
  ...['Orders', 'Counted', 'Browser', 'Server'],
  ...['Missing', 'Left out', 'Extra', 'Other money'],
]

export function DayTable({ days, chosen, onChoose }: DayTableProps) {
  return (
    <Section
      title="By day"
      hint="Counted is Orders less Missing and Left out (on purpose), plus Extra. Browser and Server: orders that each reported. Off by: missing and extra, of all sales that either side knows, with the 95% interval."
    >
      <Scroll label="By day">
        <Table className={classes.table ?? ''} miw={860} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Day</Table.Th>
              {HEADS.map((head) => (
                <Table.Th key={head} scope="col" className={classes.number ?? ''}>
                  {head}
                </Table.Th>
              ))}
              <Table.Th scope="col" className={classes.number ?? ''}>
                Off by
              </Table.Th>
              <Table.Th scope="col">Orders</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {days.map((one) => (
              <Table.Tr key={one.day} data-testid="day">
                <Table.Th scope="row" fw={500} className={classes.number ?? ''} ta="left">
                  {one.day}
                </Table.Th>
                {numbersOf(one).map(([name, n]) => (
                  <Table.Td key={name} className={classes.number ?? ''}>
                    {formatCount(n)}
                  </Table.Td>
                ))}
                <Table.Td className={classes.number ?? ''}>{offBy(one)}</Table.Td>
                <Table.Td>
                  <Button
                    size="compact-sm"
                    variant={one.day === chosen ? 'filled' : 'default'}
                    aria-label={`Show the orders of ${one.day}`}
                    onClick={() => onChoose(one.day)}
                  >
                    Show
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}

type Day = ReconciliationAnswer['days'][number]

const numbersOf = (one: Day): readonly (readonly [string, number])[] => [
  ['orders', one.orders],
  ['counted', one.counted],
  ['browser', one.browser],
  ['server', one.server],
  ['missing', one.missing],
  ['left_out', one.left_out],
  ['extra', one.extra],
  ['differs', one.differs],
]

function offBy({ discrepancy: { share, low, high } }: Day): string {
  if (share === null) return '–'
  return `${formatShare(share, 1)} (${formatShare(low, 1)} to ${formatShare(high, 1)})`
}
