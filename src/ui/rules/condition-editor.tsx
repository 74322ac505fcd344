/** Which events a rule is about: groups of tests, in groups again as deep as the server allows. */
import { ActionIcon, Button, Checkbox, Group, Select, Stack, Text } from '@mantine/core'
import { IconFolderPlus, IconPlus, IconTrash } from '@tabler/icons-react'
import type { RuleVocabulary } from '../../api/types.ts'
import {
  type Group as GroupNode,
  isGroup,
  type Mode,
  type Node,
  newGroup,
  newTest,
  type TestNode,
} from './condition-form.ts'
import { FieldSelect } from './field-select.tsx'
import { useProblem } from './problems.tsx'
import type { Json } from './rule.ts'
import { operatorWords } from './rule-words.ts'
import classes from './rules.module.css'
import { DecimalInput, ScalarInput, ScalarsInput } from './value-input.tsx'
import { kindOf, operatorsFor, testWith } from './vocabulary.ts'

/** The server's bound, so that no group is offered which it would refuse. */
const LEVELS_MAX = 4

const MODES: readonly { readonly value: Mode; readonly label: string }[] = [
  { value: 'all', label: 'All of these hold' },
  { value: 'any', label: 'Any of these holds' },
  { value: 'none', label: 'None of these holds' },
  { value: 'not_all', label: 'Not all of these hold' },
]

interface GroupEditorProps {
  readonly vocabulary: RuleVocabulary
  readonly group: GroupNode
  readonly level?: number
  /** Where it stands: "3.2" is the second in the third of the outermost. */
  readonly place?: string
  readonly onChange: (group: GroupNode) => void
  readonly onRemove?: () => void
}

export function GroupEditor(props: GroupEditorProps) {
  const { vocabulary, group, level = 1, place = '', onChange, onRemove } = props
  const problem = useProblem(group.key)
  const name = place === '' ? 'Conditions' : `Group ${place}`
  const swap = (key: string, next: Node | undefined): void =>
    onChange({
      ...group,
      of: group.of.flatMap((node) => (node.key === key ? (next ? [next] : []) : [node])),
    })
  return (
    <fieldset className={classes.group} data-level={level}>
      <legend className={classes.legend} data-level={level}>
        {name}
      </legend>
      <Stack gap="sm">
        <Group gap="xs" justify="space-between" wrap="nowrap">
          <Select
            aria-label={`How many of them must hold (${name})`}
            size="xs"
            w={190}
            allowDeselect={false}
            data={MODES}
            value={group.mode}
            onChange={(mode) => mode && onChange({ ...group, mode: mode as Mode })}
          />
          {onRemove && <Remove label={`Remove ${name}`} onClick={onRemove} />}
        </Group>
        {group.of.map((node, index) => {
          const inside = place === '' ? String(index + 1) : `${place}.${index + 1}`
          const common = { vocabulary, onRemove: () => swap(node.key, undefined) }
          return isGroup(node) ? (
            <GroupEditor
              key={node.key}
              {...common}
              group={node}
              level={level + 1}
              place={inside}
              onChange={(next) => swap(node.key, next)}
            />
          ) : (
            <TestEditor
              key={node.key}
              {...common}
              node={node}
              name={`Condition ${inside}`}
              onChange={(test) => swap(node.key, { ...node, test })}
            />
          )
        })}
        {problem && <Wrong>{problem}</Wrong>}
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange({ ...group, of: [...group.of, newTest()] })}
          >
            Condition
          </Button>
          {level < LEVELS_MAX && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconFolderPlus size={14} aria-hidden />}
              onClick={() => onChange({ ...group, of: [...group.of, newGroup(inner(group.mode))] })}
            >
              Group
            </Button>
          )}
        </Group>
      </Stack>
    </fieldset>
  )
}

/** A group in a group is there to say the other thing. */
const inner = (mode: Mode): Mode => (mode === 'all' ? 'any' : 'all')

interface TestEditorProps {
  readonly vocabulary: RuleVocabulary
  readonly node: TestNode
  readonly name: string
  readonly onChange: (test: Json) => void
  readonly onRemove: () => void
}

function TestEditor({ vocabulary, node, name, onChange, onRemove }: TestEditorProps) {
  const { test } = node
  const problem = useProblem(node.key)
  const field = String(test.field ?? '')
  const op = String(test.op ?? '')
  const operators = operatorsFor(vocabulary, field)
  const takes = operators.find((operator) => operator.op === op)?.takes ?? 'nothing'
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame around each
    <div role="group" aria-label={name} className={classes.test}>
      <div className={classes.testInputs}>
        <FieldSelect
          vocabulary={vocabulary}
          use="test"
          label="Field"
          value={field}
          onChange={(next) => onChange(testWith(vocabulary, test, { field: next }))}
        />
        <Select
          label="Comparison"
          className={classes.operator ?? ''}
          allowDeselect={false}
          data={operators.map((operator) => ({
            value: operator.op,
            label: operatorWords(operator.op),
          }))}
          value={op}
          onChange={(next) => next && onChange(testWith(vocabulary, test, { op: next }))}
        />
        <TestValue {...{ vocabulary, test, field, takes, onChange }} />
      </div>
      <Remove label={`Remove ${name}`} onClick={onRemove} />
      {problem && <Wrong>{problem}</Wrong>}
    </div>
  )
}

interface TestValueProps extends Pick<TestEditorProps, 'vocabulary' | 'onChange'> {
  readonly test: Json
  readonly field: string
  readonly takes: string
}

function TestValue({ vocabulary, test, field, takes, onChange }: TestValueProps) {
  if (takes === 'nothing') return null
  const kind = kindOf(vocabulary, field)
  const common = { field, kind, label: takes === 'values' ? 'Values' : 'Value' }
  const set = (value: unknown): void =>
    onChange(takes === 'values' ? { ...test, values: value } : { ...test, value })
  const hasCase = kind !== 'number' && kind !== 'boolean' && !/\.host$|^country$/.test(field)
  return (
    <div className={classes.value}>
      {takes === 'values' && <ScalarsInput {...common} value={test.values} onChange={set} />}
      {takes === 'value' && <ScalarInput {...common} value={test.value} onChange={set} />}
      {takes === 'text' && (
        <ScalarInput {...common} kind="text" value={test.value} onChange={set} />
      )}
      {takes === 'number' && <DecimalInput label="Value" value={test.value} onChange={set} />}
      {takes !== 'number' && hasCase && (
        <Checkbox
          size="xs"
          mt={6}
          label="Capitals make no difference"
          checked={test.ignore_case === true}
          onChange={(change) => {
            const { ignore_case: _, ...rest } = test
            onChange(change.currentTarget.checked ? { ...rest, ignore_case: true } : rest)
          }}
        />
      )}
    </div>
  )
}

export function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} title={label} onClick={onClick}>
      <IconTrash size={16} aria-hidden />
    </ActionIcon>
  )
}

/** The server's words about one part of a rule. */
export function Wrong({ children }: { children: string }) {
  return (
    <Text size="sm" c="red" role="alert" className={classes.wrong ?? ''}>
      {children}
    </Text>
  )
}
