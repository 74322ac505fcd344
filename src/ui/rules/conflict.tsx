/** Somebody else changed the rules meanwhile: who, when, and whose stay. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconUsers } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import type { RuleState } from '../../api/types.ts'
import { Time } from '../parts/time.tsx'
import type { Draft } from './draft.ts'
import classes from './rules.module.css'

export function Conflict({ draft, theirs }: { draft: Draft; theirs: RuleState }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.focus(), [])
  const { published, draft: saved } = theirs
  const isDraftLast = (saved?.saved_at ?? 0) >= (published?.published_at ?? 0)
  const sentences = (saved ?? published)?.sentences ?? []
  return (
    <Alert
      ref={box}
      tabIndex={-1}
      color="yellow"
      variant="light"
      role="alert"
      icon={<IconUsers aria-hidden />}
      title="Somebody else changed the rules meanwhile"
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          {saved && isDraftLast && (
            <>
              “{saved.author.name}” saved a draft on <Time ms={saved.saved_at * 1000} as="moment" />
              .
            </>
          )}
          {published && !(saved && isDraftLast) && (
            <>
              “{published.author.name}” published version {published.version} on{' '}
              <Time ms={published.published_at * 1000} as="moment" />.
            </>
          )}
          {!saved && !published && 'The draft was discarded.'} Your last change is not saved.
        </Text>
        {sentences.length > 0 && (
          <details>
            <summary>Show their rules ({sentences.length})</summary>
            <ol className={classes.plain}>
              {sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ol>
          </details>
        )}
        <Group gap="sm">
          <Button size="xs" onClick={draft.takeTheirs}>
            Load theirs
          </Button>
          <Button size="xs" variant="default" onClick={draft.keepMine}>
            Save mine instead
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
