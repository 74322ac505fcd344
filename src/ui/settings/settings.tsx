/** The settings of a dataset, changed together and saved at once. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconCheck, IconLock } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { DatasetPatchRequest, DatasetView } from '../../api/types.ts'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { datasetQuery, datasetsQuery, updateDataset } from '../queries.ts'
import { ConsentExport } from './consent-export.tsx'
import { Domains } from './domains.tsx'
import { FieldInput } from './field-input.tsx'
import { fieldGroups } from './fields.ts'

export function SettingsPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  return (
    <Page
      title="Settings"
      of={dataset?.name ?? ''}
      lead="They apply to events that arrive from now on. What is counted stays counted."
    >
      {dataset && (
        <Stack gap="xl" maw={760}>
          <SettingsForm dataset={dataset} />
          <Domains dataset={dataset} />
          <ConsentExport datasetId={datasetId} />
        </Stack>
      )}
    </Page>
  )
}

const GROUPS = fieldGroups()

function SettingsForm({ dataset }: { dataset: DatasetView }) {
  const cache = useQueryClient()
  /** Only what differs from the dataset. */
  const [changes, setChanges] = useState<Record<string, unknown>>({})
  const locked = !dataset.may.includes('develop')
  const save = useMutation({
    mutationFn: () => updateDataset(dataset.dataset_id, changes as DatasetPatchRequest),
    onSuccess: async (saved) => {
      cache.setQueryData(datasetQuery(saved.dataset_id).queryKey, saved)
      setChanges({})
      await cache.invalidateQueries({ queryKey: datasetsQuery.queryKey })
    },
  })
  const stored: Record<string, unknown> = dataset
  const change = (name: string, value: unknown): void => {
    save.reset()
    setChanges(({ [name]: _, ...others }) =>
      same(value, stored[name]) ? others : { ...others, [name]: value },
    )
  }
  const dirty = Object.keys(changes).length > 0
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        save.mutate()
      }}
    >
      <Stack gap="xl" maw={760}>
        {locked && (
          <Alert variant="light" color="gray" icon={<IconLock aria-hidden />}>
            You may look but not change. That needs the role developer.
          </Alert>
        )}
        {GROUPS.map(({ title, fields }) => (
          <Section key={title} title={title}>
            <Stack gap="lg">
              {fields.map((field) => (
                <FieldInput
                  key={field.name}
                  field={field}
                  value={field.name in changes ? changes[field.name] : stored[field.name]}
                  onChange={(value) => change(field.name, value)}
                  disabled={locked}
                />
              ))}
            </Stack>
          </Section>
        ))}
        {save.error && <Failed error={save.error} />}
        <Group>
          <Button type="submit" disabled={!dirty || locked} loading={save.isPending}>
            Save changes
          </Button>
          {dirty && (
            <Button variant="default" onClick={() => setChanges({})}>
              Discard
            </Button>
          )}
          <Text size="sm" role="status">
            {save.isSuccess && !dirty && (
              <>
                <IconCheck size={14} aria-hidden /> Saved
              </>
            )}
          </Text>
        </Group>
      </Stack>
    </form>
  )
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
