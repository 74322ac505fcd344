/** A new dataset: a name and a country, everything else has a good default. */
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { SessionView } from '../../api/types.ts'
import { READER_ZONE } from '../format.ts'
import { CountrySelect } from '../parts/country-select.tsx'
import { Failed } from '../parts/states.tsx'
import { createDataset, datasetsQuery } from '../queries.ts'

interface CreateDatasetProps {
  readonly opened: boolean
  readonly onClose: () => void
  /** Those that it may go into. */
  readonly businesses: SessionView['businesses']
}

export function CreateDataset({ opened, onClose, businesses }: CreateDatasetProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="New dataset" centered>
      <CreateForm onClose={onClose} businesses={businesses} />
    </Modal>
  )
}

function CreateForm({ onClose, businesses }: Omit<CreateDatasetProps, 'opened'>) {
  const [business, setBusiness] = useState(businesses[0]?.business_id)
  const [name, setName] = useState('')
  const [country, setCountry] = useState<string | null>(null)
  const cache = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: () =>
      createDataset(business, {
        name: name.trim(),
        default_country: country,
        // Its days are those of whoever makes it, until Settings say otherwise.
        orders_time_zone: READER_ZONE,
      }),
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
        {businesses.length > 1 && (
          <Select
            label="Business"
            description="Owns the dataset; its people can see it."
            allowDeselect={false}
            value={business ?? null}
            data={businesses.map((one) => ({ value: one.business_id, label: one.name }))}
            onChange={(id) => setBusiness(id ?? undefined)}
          />
        )}
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
