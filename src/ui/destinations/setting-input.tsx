/** One setting of a destination as the control that fits its type. */
import {
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core'
import { type ChangeEvent, useState } from 'react'
import { readable } from '../words.ts'
import { linesOfMap, mapOfLines, type SettingField } from './setting-fields.ts'

interface SettingInputProps {
  readonly field: SettingField
  readonly value: unknown
  /** Masked: what is stored and cannot be shown. */
  readonly stored?: string | undefined
  readonly onChange: (value: unknown) => void
  readonly disabled: boolean
}

export function SettingInput({ field, value, stored, onChange, disabled }: SettingInputProps) {
  const { name, label, help, input, required } = field
  const common = { name, label, description: help, disabled }
  const text = String(value ?? '')
  if (field.secret) return <SecretInput {...{ field, value, stored, onChange, disabled }} />
  switch (input.kind) {
    case 'switch':
      return (
        <Switch
          {...common}
          checked={value === true}
          onChange={(change) => onChange(change.currentTarget.checked)}
        />
      )
    case 'choice':
      return (
        <Select
          {...common}
          data={choicesOf(input.choices)}
          value={text || null}
          allowDeselect={false}
          onChange={onChange}
        />
      )
    case 'choices':
      return (
        <MultiSelect
          {...common}
          data={choicesOf(input.choices)}
          value={(value ?? []) as string[]}
          onChange={onChange}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...common}
          value={value as number}
          min={input.min}
          max={input.max}
          allowDecimal={false}
          onChange={onChange}
        />
      )
    case 'list':
      return (
        <TagsInput
          {...common}
          value={(value ?? []) as string[]}
          onChange={onChange}
          placeholder="Type and press Enter"
        />
      )
    case 'map':
      return <MapInput {...common} required={required} value={value} onChange={onChange} />
    default:
      return (
        <TextInput
          {...common}
          required={required}
          value={text}
          autoComplete="off"
          onChange={(change) => onChange(change.currentTarget.value)}
        />
      )
  }
}

const choicesOf = (choices: readonly string[]) =>
  choices.map((choice) => ({ value: choice, label: readable(choice) }))

/** Empty while what is stored stays. Only an address is seen while it is typed: it is long. */
function SecretInput({ field, value, stored, onChange, disabled }: SettingInputProps) {
  const { name, label, help, input, required } = field
  const common = {
    name,
    label,
    description: help,
    disabled,
    required: required && !stored,
    value: String(value ?? ''),
    autoComplete: 'off',
    ...(stored ? { placeholder: `Stored: ${stored}. Type to replace it.` } : {}),
  }
  const keep = (text: string) => onChange(input.kind === 'lines' ? text : text.trim())
  const own = { ...common, onChange: (change: ChangeEvent<Field>) => keep(change.target.value) }
  switch (input.kind) {
    case 'lines':
      return <Textarea {...own} autosize minRows={2} />
    case 'address':
      return <TextInput {...own} inputMode="url" />
    default:
      return <PasswordInput {...own} />
  }
}

type Field = HTMLInputElement & HTMLTextAreaElement

interface MapInputProps {
  readonly name: string
  readonly label: string
  readonly description: string | undefined
  readonly disabled: boolean
  readonly required: boolean
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

/** Keeps the text as it is typed: a half line is no pair yet. */
function MapInput({ value, onChange, description, ...common }: MapInputProps) {
  const [text, setText] = useState(() => linesOfMap(value))
  return (
    <Textarea
      {...common}
      description={`${description ?? ''} One "event name = value" a line.`.trim()}
      autosize
      minRows={2}
      value={text}
      onChange={(change) => {
        setText(change.currentTarget.value)
        onChange(mapOfLines(change.currentTarget.value))
      }}
    />
  )
}
