/** What puts other rules into force asks for a note: publishing a draft, and going back. */
import { Button, Group, Stack, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Failed } from '../parts/states.tsx'
import type { Draft } from './draft.ts'
import { rulesQuery } from './rule-queries.ts'

interface NoteFormProps {
  readonly draft: Draft
  /** On the button. */
  readonly action: string
  readonly work: (note: string) => Promise<unknown>
  /** It is in force, or somebody else was faster, or the person changed their mind. */
  readonly onDone: () => void
  /** What it does, before the note. */
  readonly children: ReactNode
}

export function NoteForm({ draft, action, work, onDone, children }: NoteFormProps) {
  const { dataset_id: id } = draft.state
  const cache = useQueryClient()
  const [note, setNote] = useState('')
  const run = useMutation({
    mutationFn: () => work(note.trim()),
    onSuccess: async () => {
      draft.follow(await cache.fetchQuery({ ...rulesQuery(id), staleTime: 0 }))
      await cache.invalidateQueries({ queryKey: rulesQuery(id).queryKey })
      onDone()
    },
    onError: async (error) => {
      if (await draft.foundConflict(error)) onDone()
    },
  })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        run.mutate()
      }}
    >
      <Stack gap="md">
        {children}
        <Textarea
          label="Note"
          description="Why, for whoever reads the versions later."
          data-autofocus
          autosize
          minRows={2}
          maxLength={500}
          value={note}
          onChange={(change) => setNote(change.currentTarget.value)}
        />
        {run.error && <Failed error={run.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={run.isPending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
