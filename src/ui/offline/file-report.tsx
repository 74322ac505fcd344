/** What became of a file of offline sales; bad rows by line and column, to be kept as a file. */
import { Alert, Button, Stack, Table, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { OfflineImportAnswer } from '../../api/types.ts'
import { countOf, formatCount } from '../format.ts'
import { saveText } from '../parts/save-text.ts'
import { Time } from '../parts/time.tsx'
import { Scroll } from '../quality/parts.tsx'
import { columnWord } from './words.ts'

/** Bad rows shown on the page. */
const SHOWN = 20

export function FileReport({ report }: { readonly report: OfflineImportAnswer }) {
  const { rows, added, known, repeated, bad, nobody, dropped, stopped, dry_run } = report
  return (
    <Stack gap="sm" data-testid="offline-report" role="status">
      {stopped?.line === 1 ? (
        <Alert color="yellow" title={`Column ${columnWord(stopped.column)}`}>
          {stopped.reason} Choose it above, then try again.
        </Alert>
      ) : (
        <Text>
          {countOf(rows, 'row')}: {dry_run ? 'would count' : 'counted'} {formatCount(added)}, known
          before {formatCount(known)}
          {repeated > 0 && `, repeated ${formatCount(repeated)}`}.{' '}
          {bad > 0 && `${countOf(bad, 'bad row')}, left out.`}
        </Text>
      )}
      {report.first_s !== null && report.last_s !== null && (
        <Text size="sm" c="dimmed">
          From <Time ms={report.first_s * 1000} as="moment" /> to{' '}
          <Time ms={report.last_s * 1000} as="moment" />.
        </Text>
      )}
      {Object.entries(dropped).map(([reason, n]) => (
        <Text key={reason} size="sm">
          Left out on purpose ({reason}): {formatCount(n)}.
        </Text>
      ))}
      {nobody > 0 && (
        <Text size="sm">
          {countOf(nobody, 'row')} without e-mail, phone or name: no ad platform can match them.
        </Text>
      )}
      {stopped && stopped.line > 1 && (
        <Text c="red">
          Line {formatCount(stopped.line)}: {stopped.reason} Nothing after it was read.
        </Text>
      )}
      {report.faults.length > 0 && <BadRows report={report} />}
    </Stack>
  )
}

function BadRows({ report: { faults, bad } }: { readonly report: OfflineImportAnswer }) {
  return (
    <Stack gap="xs" align="flex-start">
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
            {faults.slice(0, SHOWN).map(({ line, column, reason }) => (
              <Table.Tr key={line}>
                <Table.Td>{formatCount(line)}</Table.Td>
                <Table.Td>{column}</Table.Td>
                <Table.Td>{reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      <Text size="sm" c="dimmed">
        {bad > SHOWN && `The first ${SHOWN} of ${formatCount(bad)}. `}
        The line is that of an editor. Mend them and import the file again: good rows are not
        counted twice.
      </Text>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={() => save(faults)}
      >
        Save the list of bad rows
      </Button>
    </Stack>
  )
}

function save(faults: OfflineImportAnswer['faults']): void {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const rows = faults.map(({ line, column, reason }) =>
    [String(line), quoted(column), quoted(reason)].join(','),
  )
  saveText('bad-rows.csv', ['line,column,reason', ...rows, ''].join('\n'), 'text/csv')
}
