/** The last imports: when, from where, what became of them, and the bad rows of the newest. */
import { Stack, Table, Text } from '@mantine/core'
import type { CatalogImportAnswer } from '../../api/types.ts'
import { formatCount } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Time } from '../parts/time.tsx'
import { Scroll } from '../quality/parts.tsx'
import classes from '../quality/quality.module.css'
import { resultWords } from './words.ts'

export function ImportList({ imports }: { readonly imports: readonly CatalogImportAnswer[] }) {
  return (
    <Section
      title="Last imports"
      hint="The newest first; a catalog stands until the next is whole."
    >
      <Scroll label="Last imports">
        <Table className={classes.table ?? ''} data-testid="imports">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">When</Table.Th>
              <Table.Th scope="col">From</Table.Th>
              <Table.Th scope="col">Result</Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Products
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Bad rows
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {imports.map((one) => (
              <Table.Tr key={`${one.at_ms} ${one.result}`}>
                <Table.Td>
                  <Time ms={one.at_ms} as="moment" />
                </Table.Td>
                <Table.Td>{one.from === 'url' ? 'address' : 'file'}</Table.Td>
                <Table.Td>
                  <Reason report={one} />
                </Table.Td>
                <Table.Td className={classes.number ?? ''}>{formatCount(one.products)}</Table.Td>
                <Table.Td className={classes.number ?? ''}>{formatCount(one.bad)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}

function Reason({ report }: { readonly report: CatalogImportAnswer }) {
  const { stopped, faults } = report
  const [first] = faults
  return (
    <Stack gap={2}>
      <Text size="sm">{resultWords(report)}</Text>
      {stopped && (
        <Text size="sm" c="dimmed">
          {stopped.line > 0 && `Line ${formatCount(stopped.line)}: `}
          {stopped.reason}
        </Text>
      )}
      {first && (
        <Text size="sm" c="dimmed">
          First bad row: line {formatCount(first.line)}, {first.column}: {first.reason}
        </Text>
      )}
    </Stack>
  )
}
