/** A new destination in two steps: which kind, then its settings, a test, and what it gets. */
import { Button, Group, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { DestinationTypeView, LegsPolicyView } from '../../api/types.ts'
import { createDestination, destinationTypesQuery } from '../destination-queries.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'
import { ForDevelopers } from '../shell/no-entry.tsx'
import { ConnectionForm } from './connection-form.tsx'
import classes from './destinations.module.css'
import { type EventChoice, EventsForm } from './events-form.tsx'
import { LegsForm } from './legs-form.tsx'
import { changedSettings } from './setting-fields.ts'

const FROM = '/datasets/$datasetId/destinations/new'

export function AddDestinationPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { type } = useSearch({ from: '/signed-in/datasets/$datasetId/destinations/new' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data: types, error, refetch } = useQuery(destinationTypesQuery)
  const navigate = useNavigate({ from: FROM })
  const chosen = types?.find(({ name }) => name === type)
  if (dataset && !dataset.may.includes('develop')) {
    return <ForDevelopers title="Add a destination" of={dataset.name} />
  }
  return (
    <Page
      title={chosen ? `Add ${chosen.title}` : 'Add a destination'}
      of={dataset?.name ?? ''}
      lead={chosen ? chosen.about : 'Where should counted events go?'}
      actions={
        chosen && (
          <Button variant="default" onClick={() => void navigate({ search: {} })}>
            Choose another kind
          </Button>
        )
      }
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!types && !error && <PageLoading />}
      {types && !chosen && (
        <ul className={classes.types} aria-label="Kinds of destination">
          {types.map(({ name, title, about }) => (
            <li key={name}>
              <UnstyledButton
                className={classes.type ?? ''}
                onClick={() => void navigate({ search: { type: name } })}
              >
                <Text fw={650}>{title}</Text>
                <Text size="sm" c="dimmed">
                  {about}
                </Text>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
      {chosen && <AddForm key={chosen.name} datasetId={datasetId} type={chosen} />}
    </Page>
  )
}

const ALL_EVENTS: EventChoice = { only_events: [], except_events: [], events_per_s_max: null }

function AddForm({ datasetId, type }: { datasetId: string; type: DestinationTypeView }) {
  const [name, setName] = useState(type.title)
  const [changes, setChanges] = useState<Readonly<Record<string, unknown>>>({})
  const [legs, setLegs] = useState<LegsPolicyView>({ default: null, by_event: {} })
  const [choice, setChoice] = useState(ALL_EVENTS)
  const cache = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: () =>
      createDestination(datasetId, {
        type: type.name,
        name: name.trim(),
        settings: changedSettings(changes, undefined),
        legs,
        only_events: [...choice.only_events],
        except_events: [...choice.except_events],
        events_per_s_max: choice.events_per_s_max,
      }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['destinations'] })
      await navigate({ to: '/datasets/$datasetId/destinations', params: { datasetId } })
    },
  })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        create.mutate()
      }}
    >
      <Stack gap="xl" maw={760}>
        <Section title="1. Connect" hint="Secrets are stored encrypted and never shown again.">
          <TextInput
            label="Name"
            description="How it is called on these pages."
            required
            maxLength={200}
            value={name}
            onChange={(change) => setName(change.currentTarget.value)}
          />
          <ConnectionForm
            datasetId={datasetId}
            type={type}
            changes={changes}
            onChange={setChanges}
            disabled={false}
          />
        </Section>
        <Section
          title="2. What it gets"
          hint="You can change this at any time; it applies to events that arrive from then on."
        >
          <LegsForm legs={legs} onChange={setLegs} disabled={false} />
          <EventsForm
            choice={choice}
            onChange={(change) => setChoice({ ...choice, ...change })}
            disabled={false}
          />
        </Section>
        {create.error && <Failed error={create.error} />}
        <Group>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
            Add destination
          </Button>
          <ButtonLink
            variant="default"
            to="/datasets/$datasetId/destinations"
            params={{ datasetId }}
          >
            Cancel
          </ButtonLink>
        </Group>
      </Stack>
    </form>
  )
}
