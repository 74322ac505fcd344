/** What became of a feed: taken or not, why, and its bad rows by line and column. */
import { Alert, Button, Stack, Table, Text } from '@mantine/core'
import type { CatalogImportAnswer } from '../../api/types.ts'
import { countOf, formatCount } from '../format.ts'
import { Scroll } from '../quality/parts.tsx'
import { resultWords } from './words.ts'

/** Bad rows shown on the page. */
const SHOWN = 20

interface Props {
  readonly report: CatalogImportAnswer
  /** Take it although most products are gone. */
  readonly onConfirm?: () => void
}

export function ImportReport({ report, onConfirm }: Props) {
  const { result, rows, products, bad, before, columns, stopped } = report
  const taken = Object.entries(columns).map(
    ([what, name]) => `${what.replaceAll('_', ' ')}: ${name}`,
  )
  const isGood = result === 'taken' || result === 'tried' || result === 'unchanged'
  return (
    <Stack gap="sm" data-testid="feed-report" role="status">
      <Alert color={isGood ? 'teal' : 'red'} title={resultWords(report)}>
        <Stack gap="xs" align="flex-start">
          <Text size="sm">
            {countOf(rows, 'row')}: {countOf(products, 'good product')}, {countOf(bad, 'bad row')}.
            Before: {countOf(before, 'product')}.
          </Text>
          {stopped && (
            <Text size="sm">
              {stopped.line > 0 && `Line ${formatCount(stopped.line)}: `}
              {stopped.reason}
            </Text>
          )}
          {result === 'shrunk' && onConfirm && (
            <Button size="xs" color="red" variant="outline" onClick={onConfirm}>
              They are really gone: take it
            </Button>
          )}
        </Stack>
      </Alert>
      {taken.length > 0 && (
        <Text size="sm" c="dimmed">
          Columns: {taken.join('; ')}.
        </Text>
      )}
      {report.faults.length > 0 && <BadRows report={report} />}
    </Stack>
  )
}

function BadRows({ report: { faults, bad } }: Pick<Props, 'report'>) {
  return (
    <>
      <Scroll label="Bad rows">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Line</Table.Th>
              <Table.Th scope="col">Column</Table.Th>
              <Table.Th scope="col">What is wrong</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {faults.slice(0, SHOWN).map(({ line, column, reason }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line may have several; none moves
              <Table.Tr key={at}>
                <Table.Td>{formatCount(line)}</Table.Td>
                <Table.Td>{column}</Table.Td>
                <Table.Td>{reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      {bad > SHOWN && (
        <Text size="sm" c="dimmed">
          The first {SHOWN} of {formatCount(bad)}.
        </Text>
      )}
    </>
  )
}
