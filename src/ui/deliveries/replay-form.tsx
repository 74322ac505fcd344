/** What is to be replayed: where to, which events, under which rules. Asks for a dry run only. */
import {
  Button,
  Group,
  MultiSelect,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useId, useState } from 'react'
import type { DestinationShown, ReplayRequest } from '../../api/types.ts'
import { Section } from '../parts/section.tsx'
import { eventNamesQuery, rulesQuery } from '../rules/rule-queries.ts'
import {
  type Choice,
  dryRunOf,
  FIRST_CHOICE,
  missingIn,
  SPAN_WORDS,
  SPANS,
  type Span,
  STANDING_WORDS,
  STANDINGS,
  type Standing,
  type Under,
} from './replay-choice.ts'

interface ReplayFormProps {
  readonly datasetId: string
  readonly destinations: readonly DestinationShown[]
  readonly isBusy: boolean
  readonly onLook: (request: ReplayRequest) => void
}

export function ReplayForm({ datasetId, destinations, isBusy, onLook }: ReplayFormProps) {
  const [choice, setChoice] = useState<Choice>({
    ...FIRST_CHOICE,
    destination: destinations[0]?.destination_id ?? '',
  })
  const { data: rules } = useQuery(rulesQuery(datasetId))
  const set = (change: Partial<Choice>) => setChoice((before) => ({ ...before, ...change }))
  const missing = missingIn(choice)
  return (
    <Section
      title="What to replay"
      hint="First you see what would leave and what would change. Nothing is sent before you say so."
    >
      <form
        onSubmit={(submit) => {
          submit.preventDefault()
          onLook(dryRunOf(choice, Date.now(), rules?.draft?.rules ?? []))
        }}
      >
        <Stack gap="lg">
          <Which {...{ datasetId, destinations, choice, set }} />
          <UnderRules hasDraft={rules?.draft != null} under={choice.under} set={set} />
          <Switch
            label="Send those once more that were delivered"
            description="Under the same ids: a destination counts them once as long as it remembers them."
            checked={choice.again}
            onChange={(change) => set({ again: change.currentTarget.checked })}
          />
          <Group gap="md">
            <Button
              type="submit"
              loading={isBusy}
              disabled={missing !== undefined}
              leftSection={<IconEye size={16} aria-hidden />}
            >
              Show what would happen
            </Button>
            {missing && (
              <Text size="sm" c="dimmed">
                {missing}
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Section>
  )
}

interface PartProps {
  readonly choice: Choice
  readonly set: (change: Partial<Choice>) => void
}

function Which(props: PartProps & Pick<ReplayFormProps, 'datasetId' | 'destinations'>) {
  const { datasetId, destinations, choice, set } = props
  const { data: names = [] } = useQuery(eventNamesQuery(datasetId))
  return (
    <Group gap="md" align="flex-start">
      <Select
        label="Destination"
        data={destinations.map(({ destination_id, name }) => ({
          value: destination_id,
          label: name,
        }))}
        value={choice.destination}
        allowDeselect={false}
        onChange={(destination) => set({ destination: destination ?? '' })}
        flex="1 1 220px"
      />
      <Select
        label="Received"
        data={SPANS.map((span) => ({ value: span, label: SPAN_WORDS[span] }))}
        value={choice.span}
        allowDeselect={false}
        onChange={(span) => span && set({ span: span as Span })}
        flex="1 1 160px"
      />
      {choice.span === 'own' && (
        <>
          <Moment label="From" value={choice.from} onChange={(from) => set({ from })} />
          <Moment label="To" value={choice.to} onChange={(to) => set({ to })} />
        </>
      )}
      <MultiSelect
        label="Events"
        placeholder={choice.events.length === 0 ? 'Every one' : ''}
        data={names}
        value={[...choice.events]}
        onChange={(events) => set({ events })}
        searchable
        clearable
        flex="2 1 240px"
      />
      <Select
        label="How they stand there"
        data={STANDINGS.map((one) => ({ value: one, label: STANDING_WORDS[one] }))}
        value={choice.standing}
        allowDeselect={false}
        onChange={(standing) => standing && set({ standing: standing as Standing })}
        flex="1 1 180px"
      />
    </Group>
  )
}

interface MomentProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Moment({ label, value, onChange }: MomentProps) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={value}
      onChange={(change) => onChange(change.currentTarget.value)}
      flex="1 1 190px"
    />
  )
}

const UNDER_WORDS: Record<Under, ReactNode> = {
  published: 'As the rules in force make them now, also for reports from before the rules.',
  draft: 'As your draft would make them. It can only be looked at: publish it to send.',
  none: 'As they were stored, whatever the rules say now.',
}

interface UnderRulesProps extends Pick<PartProps, 'set'> {
  readonly hasDraft: boolean
  readonly under: Under
}

function UnderRules({ hasDraft, under, set }: UnderRulesProps) {
  const id = useId()
  return (
    <Stack gap={6} align="flex-start">
      <Text size="sm" fw={500} id={id}>
        Rules
      </Text>
      <SegmentedControl
        aria-labelledby={id}
        value={under}
        data={[
          { value: 'published', label: 'Published' },
          { value: 'draft', label: 'Draft', disabled: !hasDraft },
          { value: 'none', label: 'None' },
        ]}
        onChange={(next) => set({ under: next as Under })}
      />
      <Text size="sm" c="dimmed">
        {UNDER_WORDS[under]}
        {!hasDraft && ' There is no draft to try.'}
      </Text>
    </Stack>
  )
}
