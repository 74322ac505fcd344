/** Changes a destination: everything but its kind, saved at once. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type {
  DestinationPatchRequest,
  DestinationShown,
  DestinationTypeView,
} from '../../api/types.ts'
import { destinationQuery, updateDestination } from '../destination-queries.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { ConnectionForm } from './connection-form.tsx'
import { EventsForm } from './events-form.tsx'
import { LegsForm } from './legs-form.tsx'
import { changedSettings } from './setting-fields.ts'

interface ChangeFormProps {
  readonly destination: DestinationShown
  readonly type: DestinationTypeView
  readonly locked: boolean
}

type Change = Pick<
  DestinationPatchRequest,
  'name' | 'legs' | 'only_events' | 'except_events' | 'events_per_s_max'
>

export function ChangeForm({ destination, type, locked }: ChangeFormProps) {
  const { dataset_id, destination_id } = destination
  const { settings, setSettings, change, edit, save, dirty, discard } = useChange(destination)
  return (
    <form
      id="settings"
      onSubmit={(submit) => {
        submit.preventDefault()
        save.mutate()
      }}
    >
      <Stack gap="xl">
        <Section
          title="Connection"
          hint="Secrets are stored encrypted and never shown again. What is on hold is sent as soon as you save."
        >
          <TextInput
            label="Name"
            required
            maxLength={200}
            disabled={locked}
            value={change.name ?? destination.name}
            onChange={(typed) => edit({ name: typed.currentTarget.value })}
          />
          <ConnectionForm
            datasetId={dataset_id}
            type={type}
            stored={{ id: destination_id, settings: destination.settings }}
            changes={settings}
            onChange={setSettings}
            disabled={locked}
          />
        </Section>
        <Section title="What it gets" hint="It applies to events that arrive from then on.">
          <LegsForm
            legs={(change.legs as DestinationShown['legs'] | undefined) ?? destination.legs}
            onChange={(legs) => edit({ legs })}
            disabled={locked}
          />
          <EventsForm
            choice={{
              only_events: change.only_events ?? destination.only_events,
              except_events: change.except_events ?? destination.except_events,
              events_per_s_max:
                change.events_per_s_max === undefined
                  ? destination.events_per_s_max
                  : change.events_per_s_max,
            }}
            onChange={(next) => edit(next as Change)}
            disabled={locked}
          />
        </Section>
        {save.error && <Failed error={save.error} />}
        <SaveBar
          dirty={dirty}
          locked={locked}
          pending={save.isPending}
          saved={save.isSuccess}
          onDiscard={discard}
        />
      </Stack>
    </form>
  )
}

/** What differs from the stored destination, until it is saved. */
function useChange(destination: DestinationShown) {
  const { dataset_id, destination_id } = destination
  const [settings, setSettings] = useState<Readonly<Record<string, unknown>>>({})
  const [change, setChange] = useState<Change>({})
  const cache = useQueryClient()
  const discard = (): void => {
    setSettings({})
    setChange({})
  }
  const save = useMutation({
    mutationFn: () =>
      updateDestination(dataset_id, destination_id, {
        ...change,
        ...(Object.keys(settings).length > 0
          ? { settings: changedSettings(settings, destination.settings) }
          : {}),
      }),
    onSuccess: async (saved) => {
      cache.setQueryData(destinationQuery(dataset_id, destination_id).queryKey, saved)
      discard()
      await cache.invalidateQueries({ queryKey: ['destinations'] })
    },
  })
  const edit = (next: Change): void => {
    save.reset()
    setChange({ ...change, ...next })
  }
  const dirty = Object.keys(settings).length + Object.keys(change).length > 0
  const set = (next: Readonly<Record<string, unknown>>): void => {
    save.reset()
    setSettings(next)
  }
  return { settings, setSettings: set, change, edit, save, dirty, discard }
}

interface SaveBarProps {
  readonly dirty: boolean
  readonly locked: boolean
  readonly pending: boolean
  readonly saved: boolean
  readonly onDiscard: () => void
}

function SaveBar({ dirty, locked, pending, saved, onDiscard }: SaveBarProps) {
  return (
    <Group>
      <Button type="submit" disabled={!dirty || locked} loading={pending}>
        Save changes
      </Button>
      {dirty && (
        <Button variant="default" onClick={onDiscard}>
          Discard
        </Button>
      )}
      <Text size="sm" role="status">
        {saved && !dirty && (
          <>
            <IconCheck size={14} aria-hidden /> Saved
          </>
        )}
      </Text>
    </Group>
  )
}
