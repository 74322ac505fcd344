/** Every event name with the same equation, its money, and what was known about the people. */
import { Badge, Box, Group, Paper, Stack, Table, Text, Title, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { SummaryEvent } from '../../api/types.ts'
import { formatCount, formatMoney, formatShare } from '../format.ts'
import { matchKeyWords } from '../words.ts'
import { sumOf } from './equation-parts.ts'
import classes from './event-table.module.css'
import { byUsefulness, KeyCoverage } from './key-coverage.tsx'

export function EventTable({
  events,
  window,
}: {
  events: readonly SummaryEvent[]
  window: string
}) {
  return (
    <Paper component="section" withBorder aria-labelledby="events-by-name">
      <Stack gap={2} p={{ base: 'md', sm: 'lg' }} pb="sm">
        <Title order={2} size="h4" id="events-by-name">
          By event
        </Title>
        <Text size="sm" c="dimmed">
          Number of events {window}. Open one to see what was known about the people.
        </Text>
      </Stack>
      <Table className={classes.table ?? ''} aria-labelledby="events-by-name">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Event</Table.Th>
            <NumberHead>Browser</NumberHead>
            <NumberHead>Server</NumberHead>
            <NumberHead>Duplicates removed</NumberHead>
            <NumberHead>Left out</NumberHead>
            <NumberHead>Counted</NumberHead>
            <NumberHead>Value</NumberHead>
            <Table.Th scope="col">Known about people</Table.Th>
          </Table.Tr>
        </Table.Thead>
        {events.map((event) => (
          <EventRows key={event.event_name} event={event} />
        ))}
      </Table>
    </Paper>
  )
}

function NumberHead({ children }: { children: ReactNode }) {
  return (
    <Table.Th scope="col" className={classes.number ?? ''}>
      {children}
    </Table.Th>
  )
}

function EventRows({ event }: { event: SummaryEvent }) {
  const [opened, { toggle }] = useDisclosure()
  const { event_name: name, received, duplicates, dropped, rejected, counted, value } = event
  return (
    <Table.Tbody className={classes.event ?? ''}>
      <Table.Tr>
        <Table.Th scope="row" className={classes.name ?? ''}>
          <UnstyledButton onClick={toggle} aria-expanded={opened} className={classes.toggle ?? ''}>
            <IconChevronRight size={16} aria-hidden data-opened={opened || undefined} />
            {name}
          </UnstyledButton>
        </Table.Th>
        <NumberCell label="Browser" value={received.browser} />
        <NumberCell label="Server" value={received.server + received.other} />
        <NumberCell label="Duplicates removed" value={duplicates} sign="−" />
        <NumberCell label="Left out" value={dropped + rejected} sign="−" />
        <NumberCell label="Counted" value={counted} strong />
        <Table.Td className={classes.number ?? ''} data-label="Value">
          {value.length === 0 && (
            <Text span c="dimmed" inherit aria-label="none">
              –
            </Text>
          )}
          {value.map(({ currency, sum_exact }) => (
            <div key={currency}>{formatMoney(sum_exact, currency)}</div>
          ))}
        </Table.Td>
        <Table.Td data-label="Known about people">
          <TopKeys event={event} />
        </Table.Td>
      </Table.Tr>
      {opened && (
        <Table.Tr>
          <Table.Td colSpan={8} className={classes.details ?? ''}>
            <KeyCoverage event={event} />
          </Table.Td>
        </Table.Tr>
      )}
    </Table.Tbody>
  )
}

interface NumberCellProps {
  readonly label: string
  readonly value: number
  readonly sign?: string
  readonly strong?: boolean
}

function NumberCell({ label, value, sign = '', strong = false }: NumberCellProps) {
  return (
    <Table.Td className={classes.number ?? ''} data-label={label} fw={strong ? 700 : 400}>
      {value === 0 ? (
        <Text span c="dimmed" inherit>
          0
        </Text>
      ) : (
        `${sign}${formatCount(value)}`
      )}
    </Table.Td>
  )
}

function TopKeys({ event }: { event: SummaryEvent }) {
  const received = sumOf(event.received)
  const top = byUsefulness(event.keys).slice(0, 2)
  return (
    <Group gap={6} className={classes.keys ?? ''}>
      {top.map(({ key, total }) => (
        <Badge key={key} variant="default" tt="none" fw={500} radius="sm">
          {matchKeyWords(key).replace(/ \(.*/, '')} {formatShare(total, received)}
        </Badge>
      ))}
      {top.length === 0 && <Box c="dimmed">nothing</Box>}
    </Group>
  )
}
