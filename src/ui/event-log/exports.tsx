/** The exports of a dataset that run or ended lately: how far each is, and a way to cancel it. */
import { Badge, Button, Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core'
import { IconPlayerStop } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ExportAnswer } from '../../api/types.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { queryClient } from '../queries.ts'
import { cancelExport, exportsQuery } from './export-queries.ts'
import { progressWords, searchWords, shownOf, stateWords, titleOf } from './export-words.ts'
import classes from './exports.module.css'

interface ExportsProps {
  readonly datasetId: string
  /** A download was begun: it is looked for until then. */
  readonly expectedUntilMs: number
}

/** Nothing where there is none. */
export function Exports({ datasetId, expectedUntilMs }: ExportsProps) {
  const { data } = useQuery(exportsQuery(datasetId, expectedUntilMs))
  const shown = shownOf(data?.exports ?? [], Date.now())
  if (shown.length === 0) return null
  return (
    <Section
      title="Exports"
      hint="A file goes straight to the disk of whoever started it: it is whole once it is done."
    >
      <ul className={classes.list} data-testid="exports">
        {shown.map((one) => (
          <li key={one.export_id} data-state={one.state}>
            <Export one={one} />
          </li>
        ))}
      </ul>
      {/* Only what begins and ends is told, not every number on the way. */}
      <VisuallyHidden role="status">
        {shown.map((one) => `${titleOf(one)}: ${stateWords(one)}`).join('. ')}
      </VisuallyHidden>
    </Section>
  )
}

const COLORS = { running: 'blue', done: 'green', cut_off: 'red', cancelled: 'gray' } as const
const LABELS = {
  running: 'Running',
  done: 'Done',
  cut_off: 'Cut off',
  cancelled: 'Cancelled',
} as const

function Export({ one }: { readonly one: ExportAnswer }) {
  const { state, started_by, started_ms, may_cancel } = one
  const search = searchWords(one)
  const isRunning = state === 'running'
  return (
    <Stack gap={6}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} flex="1 1 220px" miw={0}>
          <Group gap="xs">
            <Text fw={550}>{titleOf(one)}</Text>
            <Badge variant="light" color={COLORS[state]}>
              {LABELS[state]}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed" className={classes.words ?? ''}>
            {search === '' ? 'Everything' : search}. Started by {started_by},{' '}
            <Time ms={started_ms} as="moment" />.
          </Text>
        </Stack>
        {may_cancel && <Cancel one={one} />}
      </Group>
      {isRunning && <Share one={one} />}
      <Text size="sm" className={classes.words ?? ''}>
        {isRunning ? progressWords(one, Date.now()) : stateWords(one)}
      </Text>
    </Stack>
  )
}

/** A full, moving bar where nobody can know how much there is. */
function Share({ one }: { readonly one: ExportAnswer }) {
  const { share } = one
  if (share === null) {
    return <Progress value={100} animated color="gray" aria-label="Progress: not known yet" />
  }
  return <Progress value={100 * share} animated aria-label="Progress" />
}

function Cancel({ one }: { readonly one: ExportAnswer }) {
  const { dataset_id, export_id } = one
  const { queryKey } = exportsQuery(dataset_id)
  const cancel = useMutation({
    mutationFn: () => cancelExport(dataset_id, export_id),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  })
  return (
    <Stack gap="xs" align="flex-end">
      <Button
        size="xs"
        variant="default"
        loading={cancel.isPending}
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        aria-label={`Cancel ${titleOf(one)}`}
        onClick={() => cancel.mutate()}
      >
        Cancel
      </Button>
      {cancel.error && <Failed error={cancel.error} />}
    </Stack>
  )
}
