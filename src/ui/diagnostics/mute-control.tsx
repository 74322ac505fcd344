/** Muting a finding for a while or for ever, and taking it back. */
import { Button, Menu, Text } from '@mantine/core'
import { IconBell, IconBellOff } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Diagnostic } from '../../api/types.ts'
import { datasetQuery } from '../queries.ts'
import { diagnosticsKey, mute, unmute } from './diagnostics-queries.ts'

const SPANS = [
  ['For a day', 86_400],
  ['For a week', 7 * 86_400],
  ['For 30 days', 30 * 86_400],
  ['For ever', null],
] as const

interface MuteProps {
  readonly datasetId: string
  readonly finding: Diagnostic
}

export function MuteControl({ datasetId, finding }: MuteProps) {
  const cache = useQueryClient()
  const change = useMutation({
    mutationFn: (spanS: number | null | undefined) =>
      finding.muted
        ? unmute(datasetId, finding.muted.target)
        : mute(datasetId, { target: finding.id, until: spanS ? nowS() + spanS : null }),
    onSuccess: (answer) => cache.setQueryData(diagnosticsKey(datasetId), answer),
  })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  if (!dataset?.may.includes('develop')) return null
  return (
    <>
      {finding.muted ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconBell size={14} aria-hidden />}
          loading={change.isPending}
          onClick={() => change.mutate(undefined)}
        >
          Tell me again
        </Button>
      ) : (
        <Menu position="bottom-start" withinPortal>
          <Menu.Target>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconBellOff size={14} aria-hidden />}
              loading={change.isPending}
            >
              Mute
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {SPANS.map(([label, spanS]) => (
              <Menu.Item key={label} onClick={() => change.mutate(spanS)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {change.error && (
        <Text size="sm" c="red" role="alert">
          {change.error.message}
        </Text>
      )}
    </>
  )
}

const nowS = (): number => Math.floor(Date.now() / 1000)
