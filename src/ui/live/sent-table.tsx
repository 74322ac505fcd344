/** What every report of an event said, side by side, with disagreements marked. */
import { Badge, Table, Text } from '@mantine/core'
import { Fragment } from 'react'
import type { LegView } from '../../api/types.ts'
import { CHANNEL_WORDS } from '../words.ts'
import classes from './live.module.css'
import { type SentRow, sentGroups } from './sent-rows.ts'

export function SentTable({ legs }: { legs: readonly LegView[] }) {
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
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sentGroups(legs).map(({ title, rows }) => (
            <Fragment key={title}>
              <Table.Tr>
                <Table.Th
                  colSpan={legs.length + 1}
                  scope="colgroup"
                  className={classes.group ?? ''}
                >
                  {title}
                </Table.Th>
              </Table.Tr>
              {rows.map((row) => (
                <Sent key={row.key} row={row} legs={legs} />
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function Sent({ row, legs }: { row: SentRow; legs: readonly LegView[] }) {
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
    </Table.Tr>
  )
}
