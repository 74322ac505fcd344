/** Orders and count by day of the shop; a day can be opened. */
import { Button, Table } from '@mantine/core'
import type { ReconciliationAnswer } from '../../api/types.ts'
import { formatCount, formatShare } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Scroll } from '../quality/parts.tsx'
import classes from './reconcile.module.css'

interface DayTableProps {
  readonly days: ReconciliationAnswer['days']
  readonly chosen: string | undefined
  readonly onChoose: (day: string) => void
}

type Day = ReconciliationAnswer['days'][number]

const COLUMNS = [
  ['Orders', (day: Day) => day.orders],
  ['Counted', (day: Day) => day.counted],
  ['Browser', (day: Day) => day.browser],
  ['Server', (day: Day) => day.server],
  ['Missing', (day: Day) => day.missing],
  ['Left out', (day: Day) => day.left_out],
  ['Extra', (day: Day) => day.extra],
  ['Other money', (day: Day) => day.differs],
] as const

export function DayTable({ days, chosen, onChoose }: DayTableProps) {
  return (
    <Section
      title="By day"
      hint="Counted is Orders less Missing and Left out (on purpose), plus Extra. Browser and Server: orders that each reported. Off by: missing and extra, of all sales that either side knows, with the 95% interval."
    >
      <Scroll label="By day">
        <Table className={`${classes.table} ${classes.days}`} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Day</Table.Th>
              {COLUMNS.map(([head]) => (
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
                <Table.Th scope="row" fw={500} className={classes.head ?? ''}>
                  {one.day}
                </Table.Th>
                {COLUMNS.map(([head, numberOf]) => (
                  <Table.Td key={head} className={classes.number ?? ''} data-label={head}>
                    {formatCount(numberOf(one))}
                  </Table.Td>
                ))}
                <Table.Td className={`${classes.number} ${classes.wide}`} data-label="Off by">
                  {offBy(one)}
                </Table.Td>
                <Table.Td className={classes.open ?? ''}>
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

function offBy({ discrepancy: { share, low, high } }: Day): string {
  if (share === null) return '–'
  return `${formatShare(share, 1)} (${formatShare(low, 1)} to ${formatShare(high, 1)})`
}
