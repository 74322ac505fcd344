/** Why some of what arrived was not counted, in words. */
import { Text } from '@mantine/core'
import type { Summary } from '../../api/types.ts'
import { CHANNEL_COLORS } from '../channel-colors.ts'
import { Section } from '../parts/section.tsx'
import { reasonWords } from '../words.ts'
import { ShareList } from './share-list.tsx'

export function Reasons({ summary, window }: { summary: Summary; window: string }) {
  const { reasons, dropped, rejected } = summary
  return (
    <Section
      title="Why events were dropped or rejected"
      hint={`Events that arrived and were left out ${window}.`}
    >
      {reasons.length === 0 ? (
        <Text c="dimmed" size="sm">
          None. Everything that arrived was counted or was a duplicate.
        </Text>
      ) : (
        <ShareList
          all={dropped + rejected}
          color={CHANNEL_COLORS.server}
          items={reasons.map(({ code, total }) => ({ key: code, ...reasonWords(code), n: total }))}
        />
      )}
    </Section>
  )
}
