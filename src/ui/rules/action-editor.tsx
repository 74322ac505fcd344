/** What a rule does: its actions in order, each with the inputs that the server's schema names. */
import { ActionIcon, Group, Select, Stack, Text } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { RuleVocabulary } from '../../api/types.ts'
import { ActionInputs } from './action-inputs.tsx'
import { Remove, Wrong } from './condition-editor.tsx'
import { useProblem } from './problems.tsx'
import { type Json, moved } from './rule.ts'
import { type ActionNode, actionNode } from './rule-form.ts'
import { actionWords } from './rule-words.ts'
import classes from './rules.module.css'

interface ActionsEditorProps {
  readonly vocabulary: RuleVocabulary
  readonly actions: readonly ActionNode[]
  readonly onChange: (actions: readonly ActionNode[]) => void
}

export function ActionsEditor({ vocabulary, actions, onChange }: ActionsEditorProps) {
  return (
    <Stack gap="sm">
      {actions.map((node, index) => (
        <ActionEditor
          key={node.key}
          vocabulary={vocabulary}
          node={node}
          name={`Action ${index + 1}`}
          onChange={(action) =>
            onChange(actions.map((one) => (one.key === node.key ? { ...one, action } : one)))
          }
          onRemove={() => onChange(actions.filter(({ key }) => key !== node.key))}
          {...(index > 0 ? { onUp: () => onChange(moved(actions, index, index - 1)) } : {})}
          {...(index < actions.length - 1
            ? { onDown: () => onChange(moved(actions, index, index + 1)) }
            : {})}
        />
      ))}
      <Select
        aria-label="Add an action"
        placeholder={actions.length === 0 ? 'Choose what to do' : 'Add another action'}
        data={actionOptions(vocabulary)}
        renderOption={({ option }) => <ActionOption {...{ vocabulary, option }} />}
        maxDropdownHeight={380}
        value={null}
        onChange={(name) => name && onChange([...actions, actionNode(startOf(name))])}
        className={classes.addAction ?? ''}
      />
    </Stack>
  )
}

const actionOptions = ({ actions }: RuleVocabulary) =>
  actions.map(({ do: value }) => ({ value, label: actionWords(value) }))

function ActionOption({
  vocabulary,
  option,
}: {
  vocabulary: RuleVocabulary
  option: { value: string; label: string }
}) {
  return (
    <Stack gap={0}>
      <Text size="sm">{option.label}</Text>
      <Text size="xs" c="dimmed">
        {vocabulary.actions.find((one) => one.do === option.value)?.about}
      </Text>
    </Stack>
  )
}

/** What a new action begins with, where an empty form would be no help. */
function startOf(name: string): Json {
  switch (name) {
    case 'multiply':
      return { do: name, field: 'custom_data.value', by: '' }
    case 'margin':
      return { do: name, to: 'custom_data.net_revenue' }
    case 'set':
    case 'default':
      return { do: name, field: 'custom_data.', value: '' }
    default:
      return { do: name }
  }
}

interface ActionEditorProps {
  readonly vocabulary: RuleVocabulary
  readonly node: ActionNode
  readonly name: string
  readonly onChange: (action: Json) => void
  readonly onRemove: () => void
  readonly onUp?: () => void
  readonly onDown?: () => void
}

function ActionEditor(props: ActionEditorProps) {
  const { vocabulary, node, name, onChange, onRemove, onUp, onDown } = props
  const problem = useProblem(node.key)
  const kind = String(node.action.do)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame around each
    <div role="group" aria-label={name} className={classes.action}>
      <Group gap={4} wrap="nowrap" align="flex-start" justify="space-between">
        <Select
          aria-label={name}
          description={vocabulary.actions.find((one) => one.do === kind)?.about}
          inputWrapperOrder={['input', 'description']}
          allowDeselect={false}
          data={actionOptions(vocabulary)}
          renderOption={({ option }) => <ActionOption {...{ vocabulary, option }} />}
          value={kind}
          onChange={(next) => next && next !== kind && onChange(startOf(next))}
          className={classes.grow ?? ''}
        />
        {(onUp ?? onDown) && (
          <>
            <Move
              label={`Move ${name} up`}
              icon={<IconArrowUp size={16} aria-hidden />}
              on={onUp}
            />
            <Move
              label={`Move ${name} down`}
              icon={<IconArrowDown size={16} aria-hidden />}
              on={onDown}
            />
          </>
        )}
        <Remove label={`Remove ${name}`} onClick={onRemove} />
      </Group>
      <ActionInputs vocabulary={vocabulary} action={node.action} onChange={onChange} />
      {problem && <Wrong>{problem}</Wrong>}
    </div>
  )
}

function Move({
  label,
  icon,
  on,
}: {
  label: string
  icon: React.ReactNode
  on: (() => void) | undefined
}) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      disabled={!on}
      {...(on ? { onClick: on } : {})}
    >
      {icon}
    </ActionIcon>
  )
}
