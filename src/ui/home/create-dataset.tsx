/** A new dataset: a name and a country, everything else has a good default. */
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { CountrySelect } from '../parts/country-select.tsx'
import { Failed } from '../parts/states.tsx'
import { createDataset, datasetsQuery } from '../queries.ts'

export function CreateDataset({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New dataset" centered>
      <CreateForm onClose={onClose} />
    </Modal>
  )
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [country, setCountry] = useState<string | null>(null)
  const cache = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: () => createDataset({ name: name.trim(), default_country: country }),
    onSuccess: async ({ dataset_id }) => {
      await cache.invalidateQueries({ queryKey: datasetsQuery.queryKey })
      await navigate({ to: '/datasets/$datasetId/install', params: { datasetId: dataset_id } })
    },
  })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        create.mutate()
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          description="Such as the name of the shop. You can change it later."
          name="name"
          required
          data-autofocus
          maxLength={200}
          value={name}
          onChange={(change) => setName(change.currentTarget.value)}
        />
        <CountrySelect
          label="Country"
          description="Completes phone numbers that customers write without a country code."
          value={country}
          onChange={setCountry}
        />
        {create.error && <Failed error={create.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
            Create dataset
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
