/** The inputs of one action, made from the JSON Schema that the server answers. */
import {
  Autocomplete,
  Checkbox,
  MultiSelect,
  NumberInput,
  Radio,
  Select,
  Stack,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { RuleVocabulary } from '../../api/types.ts'
import { STANDARD_EVENTS } from '../../event/names.ts'
import { destinationsQuery } from '../destination-queries.ts'
import { FieldSelect, type FieldUse } from './field-select.tsx'
import type { Json } from './rule.ts'
import { choiceWords, helpWords, inputWords } from './rule-words.ts'
import classes from './rules.module.css'
import { DecimalInput, ScalarInput } from './value-input.tsx'
import { type ActionInput, inputsOf, kindOf, tableOf, tableText } from './vocabulary.ts'

interface ActionInputsProps {
  readonly vocabulary: RuleVocabulary
  readonly action: Json
  readonly onChange: (action: Json) => void
}

/** Of two lists that exclude each other, the one without entries is hidden. */
const EXCLUSIVE: Readonly<Record<string, string>> = { keep: 'remove', remove: 'keep' }

export function ActionInputs({ vocabulary, action, onChange }: ActionInputsProps) {
  const name = String(action.do)
  if (name === 'route') return <RouteInputs action={action} onChange={onChange} />
  const inputs = inputsOf(vocabulary, name).filter(
    ({ name: input }) => action[EXCLUSIVE[input] ?? ''] === undefined,
  )
  if (inputs.length === 0) return null
  return (
    <div className={classes.inputs}>
      {inputs.map((input) => (
        <OneInput
          key={input.name}
          {...{ vocabulary, action, input }}
          onChange={(value) => onChange(withValue(action, input.name, value))}
        />
      ))}
    </div>
  )
}

/** What is left empty is left out: the server then uses its default. */
function withValue(action: Json, name: string, value: unknown): Json {
  const { [name]: _, ...rest } = action
  const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0)
  return isEmpty ? rest : { ...action, [name]: value }
}

const FIELD_USES: Readonly<Record<string, FieldUse>> = {
  'set.field': 'set',
  'default.field': 'set',
  'copy.from': 'copy_from',
  'copy.to': 'copy_to',
  'remove.field': 'remove',
}

interface OneInputProps {
  readonly vocabulary: RuleVocabulary
  readonly action: Json
  readonly input: ActionInput
  readonly onChange: (value: unknown) => void
}

function OneInput(props: OneInputProps) {
  const { vocabulary, action, input, onChange } = props
  const kind = String(action.do)
  const value = action[input.name]
  const label = inputWords(kind, input.name)
  const use = FIELD_USES[`${kind}.${input.name}`]
  if (use) {
    return <FieldSelect {...{ vocabulary, use, label, onChange }} value={String(value ?? '')} />
  }
  if (kind === 'rename' && input.name === 'to') {
    return (
      <Autocomplete
        label={label}
        required
        withAsterisk={false}
        data={[...STANDARD_EVENTS]}
        value={String(value ?? '')}
        onChange={onChange}
      />
    )
  }
  if (input.input.kind === 'scalar') {
    const field = String(action.field ?? '')
    return (
      <ScalarInput
        {...{ field, label, value, onChange }}
        kind={field === 'custom_data.currency' ? 'text' : kindOf(vocabulary, field)}
      />
    )
  }
  return <PlainInput {...props} label={label} value={value} />
}

/** Help stands below, so that inputs beside each other begin at one height. */
const below: { inputWrapperOrder: ('label' | 'input' | 'description' | 'error')[] } = {
  inputWrapperOrder: ['label', 'input', 'description', 'error'],
}

interface PlainInputProps extends OneInputProps {
  readonly label: string
  readonly value: unknown
}

function PlainInput(props: PlainInputProps) {
  const { input, label, value, onChange } = props
  const { required } = input
  const help = helpWords(String(props.action.do), input)
  const common = { ...below, label, description: help, required, withAsterisk: false }
  switch (input.input.kind) {
    case 'switch':
      return (
        <Checkbox
          className={classes.switch ?? ''}
          label={label}
          checked={value === true}
          onChange={(change) => onChange(change.currentTarget.checked || undefined)}
        />
      )
    case 'choice':
      return <ChoiceInput {...props} choices={input.input.choices} />
    case 'choices':
      return (
        <MultiSelect
          {...common}
          data={choicesOf(input.input.choices)}
          placeholder={value === undefined ? 'Everywhere' : ''}
          value={(value ?? []) as string[]}
          onChange={onChange}
        />
      )
    case 'list':
      return (
        <TagsInput
          {...common}
          acceptValueOnBlur
          splitChars={[',', ' ', '\n']}
          placeholder={value === undefined ? 'Type one, press Enter' : ''}
          value={(value ?? []) as string[]}
          onChange={onChange}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...common}
          min={input.input.min}
          max={input.input.max}
          allowDecimal={false}
          value={(value ?? '') as number | string}
          onChange={(next) => onChange(next === '' ? undefined : next)}
        />
      )
    case 'decimal':
      return <DecimalInput {...{ label, value, help, required, onChange }} />
    case 'table':
      return <TableInput {...{ label, help, value, onChange }} />
    default:
      return (
        <TextInput
          {...common}
          value={String(value ?? '')}
          onChange={(change) => onChange(change.currentTarget.value || undefined)}
        />
      )
  }
}

function ChoiceInput(props: PlainInputProps & { choices: readonly string[] }) {
  const { choices, input, label, value, onChange } = props
  return (
    <Select
      label={label}
      description={input.help}
      {...below}
      allowDeselect={false}
      data={choicesOf(choices)}
      value={String(value ?? choices[0])}
      onChange={onChange}
    />
  )
}

const choicesOf = (choices: readonly string[]) =>
  choices.map((value) => ({ value, label: choiceWords(value) }))

interface TableInputProps {
  readonly label: string
  readonly help: string | undefined
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

/** A line for each product; two columns of a spreadsheet can be pasted as they are. */
function TableInput({ label, help, value, onChange }: TableInputProps) {
  const [text, setText] = useState(() => tableText(value))
  return (
    <Textarea
      {...below}
      label={label}
      description={help}
      placeholder={'beans-1kg 42.5%\ngrinder 25.50'}
      autosize
      minRows={3}
      maxRows={12}
      classNames={{ input: classes.code ?? '' }}
      value={text}
      onChange={(change) => {
        setText(change.currentTarget.value)
        onChange(tableOf(change.currentTarget.value))
      }}
    />
  )
}

type Way = 'only' | 'except' | 'nowhere'

function RouteInputs({ action, onChange }: Omit<ActionInputsProps, 'vocabulary'>) {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data = [] } = useQuery(destinationsQuery(datasetId))
  const [way, setWay] = useState<Way>(() => wayOf(action))
  const listed = (way === 'except' ? action.except : action.only) ?? []
  const write = (next: Way, ids: readonly string[]): void => {
    if (next === 'nowhere') onChange({ do: 'route', only: [] })
    // An empty `only` is "nowhere", which nobody may choose by forgetting to choose.
    else onChange(ids.length === 0 ? { do: 'route' } : { do: 'route', [next]: ids })
  }
  const common = {
    label: 'Destinations',
    value: listed as string[],
    onChange: (ids: string[]) => write(way, ids),
  }
  return (
    <Stack gap="sm" mt="sm">
      <Radio.Group
        label="Send such events"
        value={way}
        onChange={(next) => {
          setWay(next as Way)
          write(next as Way, listed as string[])
        }}
      >
        <Stack gap={6} mt={6}>
          <Radio value="only" label="only to these" />
          <Radio value="except" label="to all but these" />
          <Radio value="nowhere" label="nowhere: they are counted here and stay here" />
        </Stack>
      </Radio.Group>
      {way !== 'nowhere' && data.length > 0 && (
        <MultiSelect {...common} searchable data={optionsOf(data, listed as string[])} />
      )}
      {way !== 'nowhere' && data.length === 0 && (
        <TagsInput
          {...common}
          description="Ids of destinations, such as d_k3f9."
          placeholder="Type one, press Enter"
          acceptValueOnBlur
        />
      )}
    </Stack>
  )
}

/** An id that is listed and gone stays in sight, so that it can be taken out. */
function optionsOf(
  destinations: readonly { readonly destination_id: string; readonly name: string }[],
  listed: readonly string[],
) {
  const known = destinations.map(({ destination_id: id, name }) => ({
    value: id,
    label: name || id,
  }))
  const gone = listed.filter((id) => !known.some(({ value }) => value === id))
  return [...known, ...gone.map((id) => ({ value: id, label: `${id} (deleted)` }))]
}

function wayOf({ only, except }: Json): Way {
  if (except !== undefined) return 'except'
  return Array.isArray(only) && only.length === 0 ? 'nowhere' : 'only'
}
