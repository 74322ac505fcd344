/** A new connection: which platform, and what it is called. What to click there comes next. */
import { Button, Group, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { SourceTypeView } from '../../api/types.ts'
import { changedSettings } from '../destinations/setting-fields.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'
import { ForDevelopers } from '../shell/no-entry.tsx'
import { createConnection, madeKey, sourceTypesQuery } from '../source-queries.ts'
import { SettingInputs } from './setting-inputs.tsx'
import classes from './sources.module.css'

const FROM = '/datasets/$datasetId/sources/new'

export function AddSourcePage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { source } = useSearch({ from: '/signed-in/datasets/$datasetId/sources/new' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data: types, error, refetch } = useQuery(sourceTypesQuery)
  const navigate = useNavigate({ from: FROM })
  const chosen = types?.find(({ name }) => name === source)
  if (dataset && !dataset.may.includes('develop')) {
    return <ForDevelopers title="Connect a source" of={dataset.name} />
  }
  return (
    <Page
      title={chosen ? `Connect ${chosen.title}` : 'Connect a source'}
      of={dataset?.name ?? ''}
      lead={chosen ? chosen.about : 'Who confirms your sales and leads?'}
      actions={
        chosen && (
          <Button variant="default" onClick={() => void navigate({ search: {} })}>
            Choose another platform
          </Button>
        )
      }
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!types && !error && <PageLoading />}
      {types && !chosen && (
        <ul className={classes.types} aria-label="Platforms">
          {types.map(({ name, title, about }) => (
            <li key={name}>
              <UnstyledButton
                className={classes.type ?? ''}
                onClick={() => void navigate({ search: { source: name } })}
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

function AddForm({ datasetId, type }: { datasetId: string; type: SourceTypeView }) {
  const [name, setName] = useState(type.title)
  const [changes, setChanges] = useState<Readonly<Record<string, unknown>>>({})
  const cache = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: () =>
      createConnection(datasetId, {
        source: type.name,
        name: name.trim(),
        settings: changedSettings(changes, undefined),
      }),
    onSuccess: async (made) => {
      cache.setQueryData(madeKey(made.connection_id), made)
      await cache.invalidateQueries({ queryKey: ['connections'] })
      await navigate({
        to: '/datasets/$datasetId/sources/$connectionId',
        params: { datasetId, connectionId: made.connection_id },
      })
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
        <Section title="1. Here" hint="You get the address to enter there in the next step.">
          <TextInput
            label="Name"
            description="How it is called on these pages."
            required
            maxLength={200}
            value={name}
            onChange={(change) => setName(change.currentTarget.value)}
          />
          <SettingInputs type={type} changes={changes} onChange={setChanges} disabled={false} />
        </Section>
        {create.error && <Failed error={create.error} />}
        <Group>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
            Connect
          </Button>
          <ButtonLink variant="default" to="/datasets/$datasetId/sources" params={{ datasetId }}>
            Cancel
          </ButtonLink>
        </Group>
      </Stack>
    </form>
  )
}
