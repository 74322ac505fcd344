/** A file of orders: tried first, then taken in; bad rows with line, column and reason. */
import { Alert, Button, FileInput, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OrderImportAnswer } from '../../api/types.ts'
import { countOf, formatCount } from '../format.ts'
import { FileColumns } from '../parts/file-columns.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { Scroll } from '../quality/parts.tsx'
import { importOrders, importsQuery, type OrderReading } from '../reconcile-queries.ts'

/** In the order in which people look for them. */
const COLUMNS: readonly (readonly [string, string])[] = [
  ['order_id', 'Order number'],
  ['time', 'Time'],
  ['value', 'Total'],
  ['currency', 'Currency'],
  ['status', 'Status'],
  ['email', 'E-mail'],
  ['phone', 'Phone'],
  ['first_name', 'First name'],
  ['last_name', 'Last name'],
  ['city', 'City'],
  ['state', 'State'],
  ['zip', 'Postcode'],
  ['country', 'Country'],
]

/** Bad rows shown on the page. */
const SHOWN = 20

export function ImportSection({ datasetId }: { readonly datasetId: string }) {
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [changes, setChanges] = useState<OrderReading>({ columns: {} })
  const { data: known } = useQuery(importsQuery(datasetId))
  const run = useMutation({
    mutationFn: ({ chosen, dryRun }: { chosen: File; dryRun: boolean }) =>
      importOrders(datasetId, { file: chosen, reading: changes, dryRun }),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['order-imports'] }),
        queries.invalidateQueries({ queryKey: ['reconciliation'] }),
      ]),
  })
  const start = (dryRun: boolean) => file && run.mutate({ chosen: file, dryRun })
  const [last] = known?.imports ?? []
  return (
    <Section
      title="Import orders from a file"
      hint="CSV as your shop exports it: order id, time, total, currency, and if you like status and e-mail. Imported again, nothing changes. Other column names are chosen after a try, and remembered."
    >
      <Group align="flex-end">
        <FileInput
          label="File of orders"
          placeholder="Choose a CSV file"
          accept=".csv,text/csv"
          value={file}
          onChange={(chosen) => {
            run.reset()
            setChanges({ columns: {} })
            setFile(chosen)
          }}
          w={{ base: '100%', sm: 320 }}
          clearable
        />
        <TextInput
          label="Currency"
          description="Where no column says it."
          placeholder="EUR"
          maxLength={3}
          w={{ base: '100%', sm: 190 }}
          value={changes.currency ?? known?.reading?.currency ?? ''}
          onChange={({ currentTarget: { value } }) =>
            setChanges({ ...changes, currency: value.toUpperCase() })
          }
        />
        <Button
          variant="default"
          disabled={!file}
          loading={run.isPending && run.variables.dryRun}
          onClick={() => start(true)}
        >
          Try it
        </Button>
        <Button
          disabled={!file}
          loading={run.isPending && !run.variables.dryRun}
          onClick={() => start(false)}
        >
          Import
        </Button>
      </Group>
      {run.data && (
        <FileColumns
          known={COLUMNS}
          report={run.data}
          chosen={changes.columns}
          onChange={(columns) => setChanges({ ...changes, columns })}
        />
      )}
      {run.error && <Failed error={run.error} />}
      {run.data && <Report report={run.data} />}
      {!run.data && last && (
        <Text size="sm" c="dimmed">
          Last import <Time ms={last.at_ms} as="moment" />: {countOf(last.rows, 'order')},{' '}
          {countOf(last.bad, 'bad row')}.
        </Text>
      )}
    </Section>
  )
}

function Report({ report }: { readonly report: OrderImportAnswer }) {
  const { rows, added, changed, same, bad, faults, stopped, dry_run } = report
  if (stopped?.line === 1) {
    const word = COLUMNS.find(([column]) => column === stopped.column)?.[1] ?? stopped.column
    return (
      <Alert color="yellow" title={`Column ${word}`} data-testid="import-report" role="status">
        {stopped.reason} Choose it above, then try again.
      </Alert>
    )
  }
  return (
    <Stack gap="sm" data-testid="import-report" role="status">
      <Text>
        {countOf(rows, 'order')}: {dry_run ? 'would add' : 'added'} {formatCount(added)}, changed
        {` ${formatCount(changed)}`}, known already {formatCount(same)}.{' '}
        {bad > 0 && `${countOf(bad, 'bad row')}, left out.`}
      </Text>
      {stopped && (
        <Text c="red">
          Line {formatCount(stopped.line)}: {stopped.reason} Nothing after it was read.
        </Text>
      )}
      {faults.length > 0 && (
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
                <Table.Tr key={`${line} ${column}`}>
                  <Table.Td>{line}</Table.Td>
                  <Table.Td>{column}</Table.Td>
                  <Table.Td>{reason}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scroll>
      )}
    </Stack>
  )
}
