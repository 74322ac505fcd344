/** What stands in which column of a file: as found, as in the last file, or as chosen here. */
import { NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core'

interface FileColumnsProps {
  /** Column -> its word, in the order in which people look for them. */
  readonly known: readonly (readonly [string, string])[]
  readonly report: {
    readonly head: readonly string[]
    readonly columns: Readonly<Record<string, string>>
    readonly as_last_time: readonly string[]
  }
  readonly chosen: Readonly<Record<string, string>>
  readonly onChange: (columns: Readonly<Record<string, string>>) => void
}

export function FileColumns({ known, report, chosen, onChange }: FileColumnsProps) {
  const { head, columns, as_last_time: last } = report
  const names = [...new Set(head)].filter((name) => name !== '')
  const words = known.flatMap(([column, word]) => (last.includes(column) ? [word] : []))
  return (
    <Stack gap={6} data-testid="columns">
      <Text size="sm">What stands in which column of the file:</Text>
      {words.length > 0 && (
        <Text size="sm" c="dimmed" data-testid="as-last-time">
          The mapping of last time holds for {words.join(', ')}; change it here if it is wrong.
        </Text>
      )}
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {known.map(([column, word]) => (
          <NativeSelect
            key={column}
            label={word}
            data={[{ value: '', label: 'not in it' }, ...names]}
            value={chosen[column] ?? columns[column] ?? ''}
            onChange={({ currentTarget: { value } }) => onChange({ ...chosen, [column]: value })}
          />
        ))}
      </SimpleGrid>
    </Stack>
  )
}
