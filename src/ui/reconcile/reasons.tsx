/** Why count and orders differ, the most frequent first, each with what to do. */
import { Badge, Table, Text } from '@mantine/core'
import type { ReconciliationSums } from '../../api/types.ts'
import { formatCount } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Scroll } from '../quality/parts.tsx'
import classes from '../quality/quality.module.css'
import { KIND_COLORS, KIND_WORDS, reasonsOf, reasonWords } from './words.ts'

export function Reasons({ total }: { readonly total: ReconciliationSums }) {
  const reasons = reasonsOf(total)
  if (reasons.length === 0) {
    return (
      <Section title="Why they differ">
        <Text>They do not: every order was counted once, with its money.</Text>
      </Section>
    )
  }
  return (
    <Section
      title="Why they differ"
      hint={`Every order and purchase that does not fit, by its reason.${repeats(total)}`}
    >
      <Scroll label="Why they differ">
        <Table className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Reason</Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                n
              </Table.Th>
              <Table.Th scope="col">What to do</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {reasons.map(({ name, kind, n }) => (
              <Table.Tr key={name} data-testid="reason">
                <Table.Th scope="row" fw={400}>
                  <Badge size="sm" variant="light" tt="none" color={KIND_COLORS[kind]} mr={8}>
                    {KIND_WORDS[kind]}
                  </Badge>
                  {reasonWords(name).title}
                </Table.Th>
                <Table.Td className={classes.number ?? ''}>{formatCount(n)}</Table.Td>
                <Table.Td>{reasonWords(name).fix}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}

/** What harmed nothing and still surprises. */
function repeats({ repeats: again, other_day: other }: ReconciliationSums): string {
  const words = [
    ...(again > 0 ? [`${formatCount(again)} further browser reports were recognised`] : []),
    ...(other > 0 ? [`${formatCount(other)} orders were counted on another day than sold`] : []),
  ]
  return words.length > 0 ? ` Harmless: ${words.join('; ')}.` : ''
}
