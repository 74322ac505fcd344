/** What every report of an event said, side by side, with disagreements marked. */
import { Badge, Table, Text } from '@mantine/core'
import { Fragment } from 'react'
import type { EventView, LegView } from '../../api/types.ts'
import { CHANNEL_WORDS } from '../words.ts'
import classes from './live.module.css'
import { type CountedCell, countedCells, type SentRow, sentGroups } from './sent-rows.ts'

interface SentTableProps {
  readonly legs: readonly LegView[]
  /** Shows, beside the reports, the event that they became. */
  readonly event?: EventView
}

export function SentTable({ legs, event }: SentTableProps) {
  const counted = event && countedCells(event)
  const columns = legs.length + (counted ? 2 : 1)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <section className={classes.scroll} tabIndex={0} aria-label="What was sent">
      <Table verticalSpacing={6} className={classes.sent ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">What was sent</Table.Th>
            {legs.map((leg) => (
              <Table.Th scope="col" key={leg.seq}>
                {CHANNEL_WORDS[leg.channel]} <Text span c="dimmed" inherit>{`#${leg.seq}`}</Text>
              </Table.Th>
            ))}
            {counted && <Table.Th scope="col">The event that counts</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sentGroups(legs).map(({ title, rows }) => (
            <Fragment key={title}>
              <Table.Tr>
                <Table.Th colSpan={columns} scope="colgroup" className={classes.group ?? ''}>
                  {title}
                </Table.Th>
              </Table.Tr>
              {rows.map((row) => (
                <Sent key={row.key} row={row} legs={legs} counted={counted} />
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

interface SentProps {
  readonly row: SentRow
  readonly legs: readonly LegView[]
  readonly counted: ReadonlyMap<string, CountedCell> | undefined
}

function Sent({ row, legs, counted }: SentProps) {
  const cell = counted?.get(row.key)
  return (
    <Table.Tr data-differs={row.differs || undefined}>
      <Table.Th scope="row" fw={500}>
        {row.label}{' '}
        {row.differs && (
          <Badge size="sm" tt="none" variant="default">
            differs
          </Badge>
        )}
      </Table.Th>
      {legs.map((leg, place) => (
        <Table.Td key={leg.seq} className={classes.value ?? ''} title={row.utc?.[place] ?? ''}>
          {row.cells[place] ?? (
            <Text span c="dimmed" inherit>
              not sent
            </Text>
          )}
        </Table.Td>
      ))}
      {counted && (
        <Table.Td className={classes.value ?? ''}>
          {cell?.text}
          {cell && cell.from.length < legs.length && (
            <Text size="xs" c="dimmed">
              from {sourcesOf(cell, legs)}
            </Text>
          )}
        </Table.Td>
      )}
    </Table.Tr>
  )
}

/** "browser #12". */
const sourcesOf = ({ from }: CountedCell, legs: readonly LegView[]): string =>
  legs
    .filter(({ seq }) => from.includes(seq))
    .map(({ seq, channel }) => `${CHANNEL_WORDS[channel].toLowerCase()} #${seq}`)
    .join(', ')
