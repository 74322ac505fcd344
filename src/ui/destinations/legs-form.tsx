/** Which reports of an event leave, and when: one choice for all, others for single events. */
import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  NumberInput,
  Radio,
  Select,
  Stack,
  Text,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import type { LegsPolicyView } from '../../api/types.ts'
import { STANDARD_EVENTS } from '../../event/names.ts'
import { SEND_WORDS, type SendChoice } from '../delivery-words.ts'
import classes from './destinations.module.css'

interface LegsFormProps {
  readonly legs: LegsPolicyView
  readonly onChange: (legs: LegsPolicyView) => void
  readonly disabled: boolean
}

type Policy = NonNullable<LegsPolicyView['default']>

const CHOICES = Object.entries(SEND_WORDS) as [SendChoice, (typeof SEND_WORDS)[SendChoice]][]
const RECOMMENDED = 'recommended'
/** Long enough for the webhook of a shop, short enough to look immediate. */
const WAIT_S = 10
const WAIT_S_MAX = 86_400

export function LegsForm({ legs, onChange, disabled }: LegsFormProps) {
  const rows = Object.entries(legs.by_event)
  const setRows = (next: readonly (readonly [string, Policy])[]): void =>
    onChange({ ...legs, by_event: Object.fromEntries(next) })
  return (
    <Stack gap="lg">
      <Radio.Group
        label="When browser and server both report an event"
        value={legs.default?.send ?? RECOMMENDED}
        onChange={(choice) =>
          onChange({
            ...legs,
            default: choice === RECOMMENDED ? null : policyOf(choice as SendChoice, legs.default),
          })
        }
      >
        <Stack gap="sm" mt="xs">
          <Radio
            value={RECOMMENDED}
            disabled={disabled}
            label="Recommended"
            description="Page views and other browsing: every report at once. Sales, leads and the like: one complete event, after waiting 10 seconds for the other report."
          />
          {CHOICES.map(([choice, { title, detail }]) => (
            <Radio
              key={choice}
              value={choice}
              disabled={disabled}
              label={title}
              description={detail}
            />
          ))}
        </Stack>
      </Radio.Group>
      {legs.default?.send === 'merged' && (
        <WaitInput
          policy={legs.default}
          disabled={disabled}
          onChange={(policy) => onChange({ ...legs, default: policy })}
        />
      )}
      {rows.length > 0 && (
        <Stack gap="sm" component="ul" className={classes.plain ?? ''} aria-label="Exceptions">
          {rows.map(([name, policy], index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is being typed
            <li key={index}>
              <EventPolicy
                name={name}
                policy={policy}
                disabled={disabled}
                onChange={(next) => setRows(rows.map((row, at) => (at === index ? next : row)))}
                onRemove={() => setRows(rows.filter((_, at) => at !== index))}
              />
            </li>
          ))}
        </Stack>
      )}
      <Group gap="sm">
        <Button
          variant="default"
          size="xs"
          disabled={disabled || rows.some(([name]) => name === '')}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setRows([...rows, ['', { send: 'server', wait_s: 0 }]])}
        >
          Another choice for one event
        </Button>
        {rows.some(([name]) => name === '') && (
          <Text size="sm" c="dimmed">
            Name the event first.
          </Text>
        )}
      </Group>
    </Stack>
  )
}

const policyOf = (send: SendChoice, before: Policy | null): Policy => ({
  send,
  wait_s: send === 'merged' ? before?.wait_s || WAIT_S : 0,
})

interface EventPolicyProps {
  readonly name: string
  readonly policy: Policy
  readonly disabled: boolean
  readonly onChange: (row: readonly [string, Policy]) => void
  readonly onRemove: () => void
}

function EventPolicy({ name, policy, disabled, onChange, onRemove }: EventPolicyProps) {
  return (
    <Group gap="sm" align="flex-end">
      <Autocomplete
        label="Event"
        data={[...STANDARD_EVENTS]}
        value={name}
        disabled={disabled}
        maxLength={100}
        onChange={(next) => onChange([next, policy])}
        flex="1 1 160px"
      />
      <Select
        label="What leaves"
        data={CHOICES.map(([value, { title }]) => ({ value, label: title }))}
        value={policy.send}
        disabled={disabled}
        allowDeselect={false}
        onChange={(send) => onChange([name, policyOf((send ?? 'both') as SendChoice, policy)])}
        flex="1 1 180px"
      />
      {policy.send === 'merged' && (
        <WaitInput
          policy={policy}
          disabled={disabled}
          onChange={(next) => onChange([name, next])}
        />
      )}
      <ActionIcon
        variant="default"
        size="input-sm"
        disabled={disabled}
        onClick={onRemove}
        aria-label={`Remove the choice for ${name || 'this event'}`}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </Group>
  )
}

interface WaitInputProps {
  readonly policy: Policy
  readonly disabled: boolean
  readonly onChange: (policy: Policy) => void
}

function WaitInput({ policy, disabled, onChange }: WaitInputProps) {
  return (
    <NumberInput
      label="Wait, in seconds"
      value={policy.wait_s ?? 0}
      min={0}
      max={WAIT_S_MAX}
      allowDecimal={false}
      disabled={disabled}
      onChange={(wait) => onChange({ ...policy, wait_s: Number(wait) || 0 })}
      w={150}
    />
  )
}
