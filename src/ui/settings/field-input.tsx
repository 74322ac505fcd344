/** One setting as the control that fits its type. */
import { Group, NumberInput, Radio, Switch, TagsInput, TextInput } from '@mantine/core'
import { CountrySelect } from '../parts/country-select.tsx'
import { readable } from '../words.ts'
import { CONSENT_ACTION_WORDS } from './consent-rules.ts'
import { ConsentRulesInput } from './consent-rules-input.tsx'
import type { Field } from './fields.ts'

interface FieldInputProps {
  readonly field: Field
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  readonly disabled: boolean
}

export function FieldInput({ field, value, onChange, disabled }: FieldInputProps) {
  const { name, label, help, input } = field
  const common = { name, label, description: help, disabled }
  switch (input.kind) {
    case 'text':
      return (
        <TextInput
          {...common}
          value={String(value ?? '')}
          {...(input.charsMax === undefined ? {} : { maxLength: input.charsMax })}
          onChange={(change) => onChange(change.currentTarget.value)}
        />
      )
    case 'country':
      return (
        <CountrySelect {...common} value={(value ?? null) as string | null} onChange={onChange} />
      )
    case 'switch':
      return (
        <Switch
          {...common}
          checked={value === true}
          onChange={(change) => onChange(change.currentTarget.checked)}
        />
      )
    case 'list':
      return (
        <TagsInput
          {...common}
          value={(value ?? []) as string[]}
          onChange={onChange}
          placeholder="Type and press Enter"
          splitChars={[',', ' ']}
        />
      )
    case 'consent_rules':
      return (
        <ConsentRulesInput {...{ label, disabled, onChange }} value={(value ?? []) as string[]} />
      )
    case 'number':
      return (
        <NumberInput
          {...common}
          value={value as number}
          min={input.min}
          max={input.max}
          allowDecimal={false}
          thousandSeparator
          onChange={onChange}
        />
      )
    case 'choice':
      return (
        <Radio.Group {...common} value={String(value)} onChange={onChange}>
          <Group gap="lg" mt="xs">
            {input.choices.map((choice) => (
              <Radio
                key={choice}
                value={choice}
                label={choiceWords(name, choice)}
                disabled={disabled}
              />
            ))}
          </Group>
        </Radio.Group>
      )
  }
}

const CHOICE_WORDS: Readonly<Record<string, string>> = {
  'orders_from none': 'Nowhere yet',
  'orders_from csv': 'Files',
  'orders_from polls': 'Shops, asked by Twofold',
  'orders_from webhooks': 'Connected sources, as they tell',
}

function choiceWords(name: string, choice: string): string {
  const words = name.endsWith('_consent') ? CONSENT_ACTION_WORDS[choice] : undefined
  return words ?? CHOICE_WORDS[`${name} ${choice}`] ?? readable(choice)
}
