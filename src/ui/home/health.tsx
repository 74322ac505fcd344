/**
 * The strip of a dataset's card: the last hour against its usual, what is on its way out, and the
 * setup with its next step. Findings by money have their place below the deliveries.
 */
import { Skeleton, Stack, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import {
  IconAlertTriangle,
  IconChevronRight,
  IconCircle,
  IconCircleCheck,
  IconInfoCircle,
} from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import type { DatasetHealth } from '../../api/types.ts'
import { call } from '../api-client.ts'
import { TextLink } from '../parts/links.tsx'
import classes from './dataset-card.module.css'
import {
  deliveryLine,
  type HealthLine,
  hourLine,
  STEP_WORDS,
  stepNumbers,
  type Tone,
} from './health-words.ts'

const REFRESH_MS = 15_000

const healthQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['health', datasetId],
    queryFn: () => call<DatasetHealth>('GET', `/api/datasets/${datasetId}/health`),
    refetchInterval: REFRESH_MS,
  })

export function Health({ datasetId }: { datasetId: string }) {
  const { data, error } = useQuery(healthQuery(datasetId))
  if (error) {
    return (
      <Text size="sm" c="red">
        {error.message}
      </Text>
    )
  }
  if (!data) return <Skeleton height={96} />
  return (
    <Stack gap="sm" className={classes.health ?? ''}>
      <Line line={hourLine(data)} />
      <Line line={deliveryLine(data)} />
      <Setup datasetId={datasetId} steps={data.setup} />
    </Stack>
  )
}

const ICONS = { good: IconCircleCheck, bad: IconAlertTriangle, quiet: IconInfoCircle } as const
const TONES: Record<Tone, string> = {
  good: 'var(--mantine-color-teal-7)',
  bad: 'var(--mantine-color-red-7)',
  quiet: 'var(--mantine-color-dimmed)',
}

function Line({ line: { tone, title, detail } }: { line: HealthLine }) {
  const Icon = ICONS[tone]
  return (
    <div className={classes.line} data-tone={tone}>
      <Icon size={18} color={TONES[tone]} aria-hidden />
      <div>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="sm" c="dimmed">
          {detail}
        </Text>
      </div>
    </div>
  )
}

interface SetupProps {
  readonly datasetId: string
  readonly steps: DatasetHealth['setup']
}

function Setup({ datasetId, steps }: SetupProps) {
  const [opened, { toggle }] = useDisclosure()
  const id = useId()
  const next = steps.find(({ done }) => !done)
  const done = steps.filter((one) => one.done).length
  return (
    <div className={classes.above}>
      {next && (
        <Text size="sm">
          <b>Next:</b> <StepLink datasetId={datasetId} step={next.step} />.{' '}
          {STEP_WORDS[next.step].why}
        </Text>
      )}
      <UnstyledButton
        onClick={toggle}
        aria-expanded={opened}
        aria-controls={id}
        className={classes.toggle ?? ''}
      >
        <IconChevronRight size={14} aria-hidden data-opened={opened || undefined} />
        Setup: {done} of {steps.length} done
      </UnstyledButton>
      <ul id={id} className={classes.steps} hidden={!opened}>
        {steps.map((step) => (
          <li key={step.step} className={classes.line}>
            {step.done ? (
              <IconCircleCheck size={18} color={TONES.good} aria-label="Done" />
            ) : (
              <IconCircle size={18} color={TONES.quiet} aria-label="To do" />
            )}
            <Text size="sm">
              {step.done ? (
                STEP_WORDS[step.step].done
              ) : (
                <StepLink datasetId={datasetId} step={step.step} />
              )}
              {stepNumbers(step) && (
                <Text span size="sm" c="dimmed">
                  {' '}
                  {stepNumbers(step)}
                </Text>
              )}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  )
}

interface StepLinkProps {
  readonly datasetId: string
  readonly step: DatasetHealth['setup'][number]['step']
}

function StepLink({ datasetId, step }: StepLinkProps) {
  const { todo, page } = STEP_WORDS[step]
  return (
    <TextLink to={`/datasets/$datasetId/${page}`} params={{ datasetId }} inherit>
      {todo}
    </TextLink>
  )
}
