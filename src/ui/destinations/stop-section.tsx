/** Switching a destination off for a while, or removing it with what waits for it. */
import { Button, Group } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { DestinationShown } from '../../api/types.ts'
import { removeDestination, updateDestination } from '../destination-queries.ts'
import { countOf } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'

interface StopSectionProps {
  readonly destination: DestinationShown
  readonly locked: boolean
}

export function StopSection({ destination, locked }: StopSectionProps) {
  const { dataset_id, destination_id, enabled, name, status } = destination
  const cache = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => cache.invalidateQueries({ queryKey: ['destinations'] })
  const toggle = useMutation({
    mutationFn: () => updateDestination(dataset_id, destination_id, { enabled: !enabled }),
    onSuccess: refresh,
  })
  const remove = useMutation({
    mutationFn: (_: undefined) => removeDestination(dataset_id, destination_id),
    onSuccess: async () => {
      await navigate({
        to: '/datasets/$datasetId/destinations',
        params: { datasetId: dataset_id },
      })
      cache.removeQueries({ queryKey: ['destinations', dataset_id, destination_id] })
      await refresh()
    },
  })
  return (
    <Section
      title={enabled ? 'Stop it' : 'It is switched off'}
      hint="Switched off, it gets no new events, and what waits is kept. Removed, what waits is gone."
    >
      <Group gap="sm">
        <Button
          variant={enabled ? 'default' : 'filled'}
          disabled={locked}
          loading={toggle.isPending}
          onClick={() => toggle.mutate()}
        >
          {enabled ? 'Switch off' : 'Switch on'}
        </Button>
        <Confirm
          label="Remove"
          title={`Remove ${name}?`}
          action="Remove it"
          danger
          disabled={locked}
          button={{ color: 'red', variant: 'light' }}
          work={remove}
        >
          {countOf(status.waiting, 'event')} still {status.waiting === 1 ? 'waits' : 'wait'} for it
          and will not be sent; {countOf(status.states.rejected, 'dead letter')} will be gone.
          Events it was sent stay there, and events counted here stay counted. There is no way back.
        </Confirm>
      </Group>
      {toggle.error && <Failed error={toggle.error} />}
    </Section>
  )
}
