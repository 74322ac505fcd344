/** How second reports were found to be the same action as one already counted. */
import { Text } from '@mantine/core'
import type { Summary } from '../../api/types.ts'
import { CHANNEL_COLORS } from '../channel-colors.ts'
import { Section } from '../parts/section.tsx'
import { MATCHED_BY_WORDS } from '../words.ts'
import { ShareList } from './share-list.tsx'

export function Matches({ summary, window }: { summary: Summary; window: string }) {
  const { matched_by: matches, duplicates } = summary
  return (
    <Section
      title="How duplicates were found"
      hint={`Duplicates removed ${window}, by what the two reports shared.`}
    >
      {matches.length === 0 ? (
        <Text c="dimmed" size="sm">
          No duplicates. When browser and server both report, you see here what paired them.
        </Text>
      ) : (
        <ShareList
          all={duplicates}
          color={CHANNEL_COLORS.both}
          items={matches.map(({ how, count }) => ({
            key: how,
            ...MATCHED_BY_WORDS[how],
            n: count,
          }))}
        />
      )}
    </Section>
  )
}
