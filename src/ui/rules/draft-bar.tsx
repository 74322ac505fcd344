/** What is in force, whether there is a draft, and the way from one to the other. */
import { Button, Group, Modal, Paper, Stack, Text, ThemeIcon } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconArrowBackUp, IconCircleCheck, IconPencil } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { countOf } from '../format.ts'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import type { Draft } from './draft.ts'
import { NoteForm } from './note-form.tsx'
import { type Changes, changesWords, isUnchanged, titleOf } from './rule.ts'
import { discardDraft, publishDraft, rulesQuery } from './rule-queries.ts'
import classes from './rules.module.css'

interface DraftBarProps {
  readonly draft: Draft
  readonly changes: Changes
  readonly locked: boolean
}

export function DraftBar({ draft, changes, locked }: DraftBarProps) {
  const { state, saving, error } = draft
  const [publishing, publish] = useDisclosure()
  const [discarding, discard] = useDisclosure()
  const hasDraft = state.draft !== null || saving !== 'saved'
  if (!hasDraft && !state.published) return null
  return (
    <>
      <Paper
        withBorder
        p={{ base: 'md', sm: 'lg' }}
        className={classes.bar ?? ''}
        data-draft={hasDraft || undefined}
        data-testid="draft-bar"
      >
        <Group justify="space-between" gap="md">
          <Group gap="md" wrap="nowrap" className={classes.grow ?? ''}>
            <ThemeIcon
              variant="light"
              color={hasDraft ? 'yellow' : 'teal'}
              size="lg"
              radius="xl"
              aria-hidden
            >
              {hasDraft ? <IconPencil size={18} /> : <IconCircleCheck size={18} />}
            </ThemeIcon>
            <Stack gap={2}>
              <Text fw={650}>{hasDraft ? draftTitle(changes) : <InForce draft={draft} />}</Text>
              <Text size="sm" c="dimmed" component="div">
                {hasDraft ? <DraftNote draft={draft} changes={changes} /> : <Note draft={draft} />}
              </Text>
            </Stack>
          </Group>
          {hasDraft && !locked && (
            <Group gap="sm">
              {draft.undo && (
                <Button
                  variant="subtle"
                  color="gray"
                  leftSection={<IconArrowBackUp size={16} aria-hidden />}
                  onClick={draft.undo}
                >
                  Undo
                </Button>
              )}
              <Button variant="default" onClick={discard.open} disabled={saving === 'saving'}>
                Discard
              </Button>
              <Button onClick={publish.open} disabled={saving !== 'saved'}>
                Publish
              </Button>
            </Group>
          )}
        </Group>
      </Paper>
      {saving === 'failed' && <Failed error={error} onRetry={draft.retry} />}
      <Modal opened={publishing} onClose={publish.close} title="Publish these rules" centered>
        <PublishForm draft={draft} changes={changes} onDone={publish.close} />
      </Modal>
      <Modal opened={discarding} onClose={discard.close} title="Discard the draft?" centered>
        <DiscardForm draft={draft} changes={changes} onDone={discard.close} />
      </Modal>
    </>
  )
}

const draftTitle = (changes: Changes): string =>
  isUnchanged(changes)
    ? 'The draft is the same as what is in force'
    : `Draft, not in force yet: ${changesWords(changes)}`

function InForce({ draft }: { draft: Draft }) {
  const { published } = draft.state
  if (!published) return null
  return (
    <>
      Version {published.version} is in force since{' '}
      <Time ms={published.published_at * 1000} as="moment" />
    </>
  )
}

function Note({ draft }: { draft: Draft }) {
  const { published } = draft.state
  if (!published) return null
  return (
    <>
      By “{published.author.name}”{published.note && `: ${published.note}`}
    </>
  )
}

function DraftNote({ draft, changes }: { draft: Draft; changes: Changes }) {
  const { state, saving } = draft
  const { draft: saved } = state
  const removed = changes.removed.map(titleOf)
  return (
    <>
      <span role="status">{SAVING_WORDS[saving]}</span>
      {saving === 'saved' && saved && (
        <>
          {' '}
          by “{saved.author.name}” on <Time ms={saved.saved_at * 1000} as="moment" />.{' '}
        </>
      )}
      {removed.length > 0 && ` Removed: ${removed.join(', ')}. `}
      {state.published && (
        <>
          In force meanwhile: version {state.published.version} of{' '}
          <Time ms={state.published.published_at * 1000} as="moment" />.
        </>
      )}
    </>
  )
}

const SAVING_WORDS: Readonly<Record<Draft['saving'], ReactNode>> = {
  saved: 'Draft saved',
  saving: 'Saving the draft …',
  failed: 'The draft is not saved.',
  conflict: 'The draft is not saved.',
}

interface DialogProps {
  readonly draft: Draft
  readonly changes: Changes
  readonly onDone: () => void
}

function PublishForm({ draft, changes, onDone }: DialogProps) {
  const { dataset_id: id, revision, published } = draft.state
  return (
    <NoteForm
      draft={draft}
      action="Publish now"
      work={(note) => publishDraft(id, { note, revision })}
      onDone={onDone}
    >
      <Text size="sm">
        {published
          ? `Compared with what is in force: ${changesWords(changes) || 'nothing is different'}.`
          : `${countOf(draft.rules.length, 'rule')}.`}{' '}
        In force from the next event on; what is counted already stays as it is. You can go back at
        any time.
      </Text>
    </NoteForm>
  )
}

function DiscardForm({ draft, changes, onDone }: DialogProps) {
  const { dataset_id: id, published } = draft.state
  const cache = useQueryClient()
  const discard = useMutation({
    mutationFn: () => discardDraft(id),
    onSuccess: async () => {
      draft.follow(await cache.fetchQuery({ ...rulesQuery(id), staleTime: 0 }))
      onDone()
    },
  })
  return (
    <Stack gap="md">
      <Text size="sm">
        {changesWords(changes) || 'Its changes'}: all of that is lost.{' '}
        {published ? `Version ${published.version} stays in force.` : 'There are no other rules.'}
      </Text>
      {discard.error && <Failed error={discard.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone} data-autofocus>
          Keep it
        </Button>
        <Button color="red" onClick={() => discard.mutate()} loading={discard.isPending}>
          Discard draft
        </Button>
      </Group>
    </Stack>
  )
}
