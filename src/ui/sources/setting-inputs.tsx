/** The settings of a connection but for its secrets, from the schema that the server gives. */
import { Stack } from '@mantine/core'
import type { SourceTypeView } from '../../api/types.ts'
import { settingFields } from '../destinations/setting-fields.ts'
import { SettingInput } from '../destinations/setting-input.tsx'

interface SettingInputsProps {
  readonly type: SourceTypeView
  readonly stored?: Readonly<Record<string, unknown>>
  readonly changes: Readonly<Record<string, unknown>>
  readonly onChange: (changes: Readonly<Record<string, unknown>>) => void
  readonly disabled: boolean
}

/** Those that every connection has come last: few need them. */
const COMMON = ['order_prefix', 'test_event_code']

export function SettingInputs({ type, stored, changes, onChange, disabled }: SettingInputsProps) {
  const fields = settingFields(type.schema).filter(({ name }) => name !== 'secrets')
  const own = fields.filter(({ name }) => !COMMON.includes(name))
  const common = fields.filter(({ name }) => COMMON.includes(name))
  return (
    <Stack gap="lg">
      {[...own, ...common].map((field) => {
        const { name, secret, fallback } = field
        const kept = stored?.[name]
        const shown = secret ? '' : (kept ?? fallback)
        return (
          <SettingInput
            key={name}
            field={field}
            value={name in changes ? changes[name] : shown}
            stored={secret && kept ? String(kept) : undefined}
            disabled={disabled}
            onChange={(value) => onChange({ ...changes, [name]: value })}
          />
        )
      })}
    </Stack>
  )
}
