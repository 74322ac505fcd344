/** How often each piece of customer information came along, by who reported it. */
import { Box, Table, Text } from '@mantine/core'
import type { SummaryEvent } from '../../api/types.ts'
import { countOf, formatShare } from '../format.ts'
import { matchKeyWords } from '../words.ts'
import classes from './event-table.module.css'

/** What helps most to recognise a person comes first. */
const ORDER = ['em', 'ph', 'external_id', 'fbc', 'fbp', 'client_ip_address', 'client_user_agent']

export const byUsefulness = (keys: SummaryEvent['keys']): SummaryEvent['keys'] =>
  [...keys].sort((a, b) => rank(a.key) - rank(b.key) || b.total - a.total)

export function KeyCoverage({ event }: { event: SummaryEvent }) {
  const { keys, received } = event
  if (keys.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No report of this event carried anything about the person. Without it nobody can be matched.
      </Text>
    )
  }
  const channels = (['browser', 'server', 'other'] as const).filter((name) => received[name] > 0)
  const heads = { browser: 'browser report', server: 'server report', other: 'other report' }
  return (
    <Box className={classes.scroll ?? ''}>
      <Table className={classes.coverage ?? ''} withRowBorders={false} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Known about the person</Table.Th>
            {channels.map((channel) => (
              <Table.Th scope="col" key={channel} ta="right">
                of {countOf(received[channel], heads[channel])}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {byUsefulness(keys).map((row) => (
            <Table.Tr key={row.key}>
              <Table.Th scope="row" fw={400}>
                {matchKeyWords(row.key)}
              </Table.Th>
              {channels.map((channel) => (
                <Table.Td key={channel} ta="right">
                  {formatShare(row[channel], received[channel])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  )
}

function rank(key: string): number {
  const place = ORDER.indexOf(key)
  return place === -1 ? ORDER.length : place
}
