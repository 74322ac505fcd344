/** Which events a destination gets, and how fast it may get them. */
import { NumberInput, Radio, Stack, TagsInput } from '@mantine/core'
import { STANDARD_EVENTS } from '../../event/names.ts'

export interface EventChoice {
  readonly only_events: readonly string[]
  readonly except_events: readonly string[]
  readonly events_per_s_max: number | null
}

interface EventsFormProps {
  readonly choice: EventChoice
  readonly onChange: (change: Partial<EventChoice>) => void
  readonly disabled: boolean
}

export function EventsForm({ choice, onChange, disabled }: EventsFormProps) {
  const { only_events, except_events, events_per_s_max } = choice
  return (
    <Stack gap="lg">
      <TagsInput
        label="Only these events"
        description="Leave it empty to send every event."
        data={[...STANDARD_EVENTS]}
        value={[...only_events]}
        disabled={disabled}
        onChange={(next) => onChange({ only_events: next })}
      />
      <TagsInput
        label="Never these events"
        data={[...STANDARD_EVENTS]}
        value={[...except_events]}
        disabled={disabled}
        onChange={(next) => onChange({ except_events: next })}
      />
      <Radio.Group
        label="Pace"
        value={events_per_s_max === null ? 'free' : 'bound'}
        onChange={(next) => onChange({ events_per_s_max: next === 'free' ? null : 100 })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="free" label="As fast as it takes them" disabled={disabled} />
          <Radio value="bound" label="At most so many events in a second" disabled={disabled} />
        </Stack>
      </Radio.Group>
      {events_per_s_max !== null && (
        <NumberInput
          label="Events in a second, at most"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          thousandSeparator
          value={events_per_s_max}
          disabled={disabled}
          onChange={(next) => onChange({ events_per_s_max: Math.max(1, Number(next) || 1) })}
          maw={220}
        />
      )}
    </Stack>
  )
}
