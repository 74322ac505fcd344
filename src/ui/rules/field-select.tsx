/**
 * Chooses a field of an event by the words of a shop owner; the name that stands in the rule is
 * shown with each. A family such as custom_data asks for the name of the property beside it.
 */
import {
  Autocomplete,
  type ComboboxItem,
  type ComboboxItemGroup,
  Group,
  type OptionsFilter,
  Select,
  Stack,
  Text,
} from '@mantine/core'
import { useId, useRef } from 'react'
import type { RuleVocabulary } from '../../api/types.ts'
import { matchKeyWords } from '../words.ts'
import { FIELD_GROUPS, fieldWords, USUAL_FIELDS } from './rule-words.ts'
import classes from './rules.module.css'
import { FAMILIES, familyOf } from './vocabulary.ts'

/** What is done with the field; not every field can be written or left out. */
export type FieldUse = 'test' | 'set' | 'copy_from' | 'copy_to' | 'remove'

interface FieldSelectProps {
  readonly vocabulary: RuleVocabulary
  readonly use: FieldUse
  readonly label: string
  readonly value: string
  readonly onChange: (field: string) => void
  readonly error?: string | undefined
}

export function FieldSelect(props: FieldSelectProps) {
  const { vocabulary, use, label, value, onChange, error } = props
  const nameId = useId()
  const chosen = useRef(false)
  const options = fieldOptions(vocabulary, use)
  const isListed = options.some((field) => field === value)
  const family = isListed && !isFamily(value) ? undefined : familyOf(value)
  return (
    <Group gap="xs" align="flex-start" className={classes.field ?? ''}>
      <Select
        label={label}
        required
        withAsterisk={false}
        searchable
        allowDeselect={false}
        // What is typed takes the place of what stood there.
        onFocus={(focus) => focus.currentTarget.select()}
        onClick={(click) => click.currentTarget.select()}
        filter={found}
        maxDropdownHeight={340}
        data={grouped(options)}
        value={family ?? (value === '' ? null : value)}
        onChange={(next) => {
          if (next === null) return
          chosen.current = isFamily(next)
          onChange(next)
        }}
        renderOption={({ option }) => (
          <Stack gap={0}>
            <Text size="sm">{option.label}</Text>
            <Text size="xs" c="dimmed" ff="monospace">
              {isFamily(option.value) ? `${option.value}…` : option.value}
            </Text>
          </Stack>
        )}
        error={error}
        className={classes.grow ?? ''}
      />
      {family && (
        <Autocomplete
          id={nameId}
          label={family === 'user_data.' ? 'Match key' : 'Its name'}
          required
          withAsterisk={false}
          autoFocus={chosen.current}
          placeholder={PLACEHOLDERS[family]}
          data={family === 'user_data.' ? PERSON_KEYS : []}
          renderOption={({ option }) => `${matchKeyWords(option.value)}: ${option.value}`}
          value={value.slice(family.length)}
          onChange={(name) => onChange(`${family}${name.trim()}`)}
          className={classes.grow ?? ''}
        />
      )}
    </Group>
  )
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  'custom_data.': 'coupon',
  'user_data.': 'em',
  'event_source_url.query.': 'utm_source',
  'referrer_url.query.': 'q',
}

const PERSON_KEYS = [
  ...['em', 'ph', 'external_id', 'fn', 'ln', 'ct', 'st', 'zp', 'country', 'ge', 'db'],
  ...['fbc', 'fbp', 'client_ip_address', 'client_user_agent', 'lead_id', 'subscription_id'],
]

const isFamily = (field: string): boolean => FAMILIES.some((family) => family === field)

const WRITABLE = ['event_id', 'action_source', 'opt_out']
const REMOVABLE = [
  'event_id',
  'event_source_url',
  'referrer_url',
  'customer_segmentation',
  'messaging_channel',
]

function fieldOptions({ fields }: RuleVocabulary, use: FieldUse): readonly string[] {
  const all = [...new Set([...fields.map(({ field }) => field.replace('*', '')), ...USUAL_FIELDS])]
  return all.filter((field) => {
    const isCustom = field.startsWith('custom_data.')
    const isPerson = field.startsWith('user_data.')
    switch (use) {
      case 'test':
        return true
      case 'set':
        return isCustom || WRITABLE.includes(field)
      case 'copy_from':
        return !isPerson && field !== 'country'
      case 'copy_to':
        return isCustom || isPerson || WRITABLE.includes(field)
      default:
        return isCustom || isPerson || REMOVABLE.includes(field)
    }
  })
}

/** By words or by the name in the rule; what is not listed may be a property of the shop's own. */
const found: OptionsFilter = ({ options, search }) => {
  const wanted = search.trim().toLowerCase()
  const matches = keep(options, ({ label, value }) =>
    `${label} ${value}`.toLowerCase().includes(wanted),
  )
  if (matches.length > 0) return matches
  return keep(options, ({ value }) => value === 'custom_data.')
}

type Options = Parameters<OptionsFilter>[0]['options']

const keep = (options: Options, test: (item: ComboboxItem) => boolean): Options =>
  (options as ComboboxItemGroup<ComboboxItem>[])
    .map(({ group, items }) => ({ group, items: items.filter(test) }))
    .filter(({ items }) => items.length > 0)

function grouped(fields: readonly string[]) {
  return FIELD_GROUPS.map((group) => ({
    group,
    items: fields
      .filter((field) => fieldWords(field).group === group)
      .map((value) => ({ value, label: fieldWords(value).label }))
      // "Another …" stands below what is named.
      .sort((a, b) => Number(isFamily(a.value)) - Number(isFamily(b.value))),
  })).filter(({ items }) => items.length > 0)
}
