/** The value that a field is compared with or set to, as the input that suits the field. */
import { Autocomplete, Group, Select, TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { FINDINGS } from '../../event/findings.ts'
import { CountrySelect } from '../parts/country-select.tsx'
import { eventNamesQuery } from './rule-queries.ts'
import classes from './rules.module.css'
import { type FieldKind, isAmount } from './vocabulary.ts'

interface ValueProps {
  readonly field: string
  readonly kind: FieldKind
  readonly label: string
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  readonly error?: string | undefined
}

/** Fields that have few values: what a rule may compare them with, or write into them. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  channel: ['browser', 'server', 'other'],
  via: ['pixel', 'image', 'tr', 'graph', 'capi', 'source'],
  action_source: [
    ...['website', 'app', 'physical_store', 'phone_call', 'chat', 'email'],
    ...['system_generated', 'business_messaging', 'other'],
  ],
  'consent.state': ['granted', 'denied', 'unknown'],
  'consent.signal': ['fbq', 'gpc', 'tcf', 'gpp', 'consent_mode', 'api', 'none'],
  'browser.mode': ['replace', 'companion', 'tr'],
  data_processing_options: ['LDU'],
  finding: Object.keys(FINDINGS),
}

/** A suggestion is no limit: any other value can be typed. */
function useSuggestions(field: string): readonly string[] {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const isName = field === 'event_name'
  const { data = [] } = useQuery({ ...eventNamesQuery(datasetId), enabled: isName })
  return isName ? data : (CHOICES[field] ?? [])
}

export function ScalarInput(props: ValueProps) {
  const { field, kind } = props
  if (kind === 'boolean') return <YesNo {...props} />
  if (field === 'country') return <Country {...props} />
  if (kind === 'number' || isAmount(field)) return <DecimalInput {...props} asNumber />
  return kind === 'any' ? <Typed {...props} /> : <Words {...props} />
}

function Words({ field, label, value, onChange, error }: ValueProps) {
  const suggestions = useSuggestions(field)
  return (
    <Autocomplete
      label={label}
      error={error}
      className={classes.grow ?? ''}
      required
      withAsterisk={false}
      data={[...suggestions]}
      value={String(value ?? '')}
      onChange={onChange}
      maxLength={1000}
    />
  )
}

function Country({ label, value, onChange, error }: ValueProps) {
  return (
    <CountrySelect
      label={label}
      error={error}
      className={classes.grow ?? ''}
      value={String(value ?? '').toUpperCase() || null}
      onChange={(code) => onChange(code ?? '')}
    />
  )
}

function YesNo({ label, value, onChange, error }: ValueProps) {
  return (
    <Select
      label={label}
      error={error}
      className={classes.grow ?? ''}
      allowDeselect={false}
      data={[
        { value: 'true', label: 'Yes' },
        { value: 'false', label: 'No' },
      ]}
      value={String(value)}
      onChange={(next) => onChange(next === 'true')}
    />
  )
}

/** A property may be text, a number or yes and no: the rule's author knows. */
function Typed(props: ValueProps) {
  const { value, onChange } = props
  const [type, setType] = useState(() =>
    typeof value === 'number' || typeof value === 'boolean' ? typeof value : 'text',
  )
  return (
    <Group gap="xs" align="flex-start" className={classes.field ?? ''}>
      <Select
        label="As"
        w={104}
        allowDeselect={false}
        value={type}
        data={[
          { value: 'text', label: 'Text' },
          { value: 'number', label: 'Number' },
          { value: 'boolean', label: 'Yes / no' },
        ]}
        onChange={(next) => {
          if (next === null) return
          setType(next as typeof type)
          if (next === 'number') onChange(Number(value) || 0)
          else onChange(next === 'boolean' ? true : String(value))
        }}
      />
      {type === 'text' && <Words {...props} />}
      {type === 'number' && <DecimalInput {...props} asNumber />}
      {type === 'boolean' && <YesNo {...props} />}
    </Group>
  )
}

interface DecimalProps extends Omit<ValueProps, 'field' | 'kind'> {
  /** A JSON number where a double holds it exactly; else the digits stay text. */
  readonly asNumber?: boolean
  readonly help?: string | undefined
  readonly required?: boolean
}

export function DecimalInput(props: DecimalProps) {
  const { label, value, onChange, error, asNumber = false, help, required = true } = props
  return (
    <TextInput
      label={label}
      description={help}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      error={error}
      inputMode="decimal"
      required={required}
      withAsterisk={false}
      placeholder="9.90"
      className={classes.grow ?? ''}
      value={String(value ?? '')}
      onChange={(change) => {
        const text = change.currentTarget.value.trim()
        onChange(asNumber && String(Number(text)) === text ? Number(text) : text)
      }}
    />
  )
}

export function ScalarsInput({ field, kind, label, value, onChange, error }: ValueProps) {
  const suggestions = useSuggestions(field)
  const isNumeric = kind === 'number' || isAmount(field)
  const values = Array.isArray(value) ? value : []
  const known = new Map(values.map((one) => [String(one), one as unknown]))
  return (
    <TagsInput
      label={label}
      error={error}
      className={classes.grow ?? ''}
      data={[...suggestions]}
      placeholder={values.length === 0 ? 'Type one, press Enter' : ''}
      acceptValueOnBlur
      splitChars={[',', '\n']}
      value={values.map(String)}
      onChange={(texts) =>
        onChange(
          texts.map((text) => {
            if (known.has(text)) return known.get(text)
            return isNumeric && String(Number(text)) === text ? Number(text) : text
          }),
        )
      }
    />
  )
}
