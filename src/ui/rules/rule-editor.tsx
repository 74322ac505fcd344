/**
 * One rule in a drawer: as a form, or as the JSON that it is. The server reads it as a sentence
 * while it is made and says in its own words what is wrong with it.
 */
import {
  Alert,
  Box,
  Button,
  Drawer,
  Group,
  JsonInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { RuleVocabulary } from '../../api/types.ts'
import { Failed } from '../parts/states.tsx'
import { ActionsEditor } from './action-editor.tsx'
import { GroupEditor, Wrong } from './condition-editor.tsx'
import { newGroup } from './condition-form.ts'
import { ProblemsProvider } from './problems.tsx'
import { freeId, isJson, type Problem, type Rule, ruleOf } from './rule.ts'
import { problemsByKey, type RuleForm, ruleForm, ruleOfForm } from './rule-form.ts'
import { checkRule } from './rule-queries.ts'
import classes from './rules.module.css'

export interface Editing {
  readonly rule: Rule
  readonly isNew: boolean
}

interface RuleEditorProps {
  readonly editing: Editing | undefined
  readonly vocabulary: RuleVocabulary
  /** Ids of the other rules. */
  readonly taken: readonly string[]
  readonly onSave: (rule: Rule) => void
  readonly onClose: () => void
}

export function RuleEditor(props: RuleEditorProps) {
  const { editing, onClose } = props
  const [dirty, setDirty] = useState(false)
  const [asking, setAsking] = useState(false)
  const close = (): void => {
    if (dirty && !asking) {
      setAsking(true)
      return
    }
    setAsking(false)
    setDirty(false)
    onClose()
  }
  return (
    <Drawer
      opened={editing !== undefined}
      onClose={close}
      position="right"
      size={840}
      title={editing?.isNew ? 'New rule' : 'Edit rule'}
      closeButtonProps={{ 'aria-label': 'Close the editor' }}
      classNames={{ title: classes.drawerTitle ?? '' }}
    >
      {editing && (
        <RuleEditorForm
          key={editing.rule.id}
          {...props}
          editing={editing}
          asking={asking}
          onStay={() => setAsking(false)}
          onDirty={() => setDirty(true)}
          onClose={close}
          onSave={(rule) => {
            setDirty(false)
            setAsking(false)
            props.onSave(rule)
          }}
        />
      )}
    </Drawer>
  )
}

interface FormProps extends RuleEditorProps {
  readonly editing: Editing
  readonly asking: boolean
  readonly onStay: () => void
  readonly onDirty: () => void
}

type View = 'form' | 'json'

function RuleEditorForm(props: FormProps) {
  const { editing, vocabulary, taken, asking, onStay, onClose } = props
  const { form, view, json, rule, found, problems, failure, checking, ...act } = useRuleForm(props)
  return (
    <form onSubmit={(submit) => void act.save(submit)}>
      <Stack gap="lg">
        <SegmentedControl
          aria-label="Edit the rule as"
          className={classes.view ?? ''}
          value={view}
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
          onChange={(next) => act.show(next as View)}
          disabled={view === 'json' && !canShow(rule)}
        />
        {view === 'json' ? (
          <JsonInput
            label="The rule as JSON"
            description="Everything a rule can do, also what the form does not show."
            autosize
            minRows={14}
            maxRows={32}
            spellCheck={false}
            formatOnBlur
            validationError="This is not JSON yet."
            classNames={{ input: classes.code ?? '' }}
            value={json}
            onChange={act.write}
          />
        ) : (
          <ProblemsProvider found={found}>
            <FormParts
              {...{ form, vocabulary, found, taken }}
              change={act.change}
              isNew={editing.isNew}
            />
          </ProblemsProvider>
        )}
        {view === 'json' && problems.length > 0 && <JsonProblems problems={problems} />}
        {found.get('rule') && view === 'form' && <Wrong>{found.get('rule') ?? ''}</Wrong>}
        {failure !== undefined && <Failed error={failure} />}
      </Stack>
      <Foot {...{ rule, asking, checking, onStay, onClose }} />
    </form>
  )
}

function useRuleForm({ editing, taken, onDirty, onSave }: FormProps) {
  const [form, setForm] = useState<RuleForm>(() => ruleForm(editing.rule))
  const [view, setView] = useState<View>(() => (canShow(editing.rule) ? 'form' : 'json'))
  const [json, setJson] = useState(() => jsonOf(editing.rule))
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const [failure, setFailure] = useState<unknown>()
  const [checking, setChecking] = useState(false)
  const rule = view === 'form' ? ruleOfForm(form) : parse(json)
  const touch = (): void => {
    onDirty()
    setProblems([])
  }
  const save = async (submit: FormEvent): Promise<void> => {
    submit.preventDefault()
    setFailure(undefined)
    setChecking(true)
    try {
      const { problems: found } = await checkRule(rule)
      const { id } = rule as Rule
      const isTaken = found.length === 0 && taken.includes(id)
      setProblems(isTaken ? [{ path: 'id', message: 'Another rule has this id.' }] : found)
      if (found.length === 0 && !isTaken) onSave(rule as Rule)
    } catch (error) {
      setFailure(error)
    } finally {
      setChecking(false)
    }
  }
  return {
    ...{ form, view, json, rule, problems, failure, checking, save },
    found: problemsByKey(form, problems),
    change: (part: Partial<RuleForm>) => {
      touch()
      setForm((before) => ({ ...before, ...part }))
    },
    write: (next: string) => {
      touch()
      setJson(next)
    },
    show: (next: View) => {
      setProblems([])
      if (next === 'json') setJson(jsonOf(rule))
      else if (isJson(rule)) setForm(ruleForm(ruleOf(rule, 0)))
      setView(next)
    },
  }
}

/** What the form would lose is shown as JSON only. */
function canShow(rule: unknown): boolean {
  if (!isJson(rule)) return false
  const { when, actions } = rule
  return (when === undefined || isJson(when)) && Array.isArray(actions) && actions.every(isJson)
}

const jsonOf = (rule: unknown): string => JSON.stringify(rule, undefined, 2)

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

interface FormPartsProps {
  readonly form: RuleForm
  readonly vocabulary: RuleVocabulary
  readonly found: ReadonlyMap<string, string>
  readonly taken: readonly string[]
  readonly isNew: boolean
  readonly change: (part: Partial<RuleForm>) => void
}

function FormParts({ form, vocabulary, found, taken, isNew, change }: FormPartsProps) {
  const [ownId, setOwnId] = useState(!isNew)
  return (
    <>
      <Group align="flex-start" gap="md" className={classes.names ?? ''}>
        <TextInput
          label="Name"
          description="What it is for, for whoever reads the list."
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          className={classes.grow ?? ''}
          value={form.name}
          error={found.get('name')}
          onChange={(typed) => {
            const name = typed.currentTarget.value
            change(ownId ? { name } : { name, id: freeId(name, taken) })
          }}
        />
        <TextInput
          label="Id"
          description={`Events it leaves out say rule:${form.id || 'id'}.`}
          required
          withAsterisk={false}
          maxLength={40}
          classNames={{ input: classes.code ?? '' }}
          value={form.id}
          error={found.get('id')}
          onChange={(typed) => {
            setOwnId(true)
            change({ id: typed.currentTarget.value })
          }}
        />
      </Group>
      <section aria-labelledby="rule-when">
        <Group justify="space-between" mb="xs">
          <Title order={3} size="h5" id="rule-when">
            When
          </Title>
          <SegmentedControl
            size="xs"
            aria-label="Which events"
            value={form.when ? 'some' : 'all'}
            data={[
              { value: 'all', label: 'Every event' },
              { value: 'some', label: 'Only some events' },
            ]}
            onChange={(next) => change({ when: next === 'all' ? undefined : newGroup('all') })}
          />
        </Group>
        {form.when && (
          <GroupEditor
            vocabulary={vocabulary}
            group={form.when}
            onChange={(when) => change({ when })}
          />
        )}
        {found.get('when') && <Wrong>{found.get('when') ?? ''}</Wrong>}
      </section>
      <section aria-labelledby="rule-then">
        <Title order={3} size="h5" id="rule-then" mb="xs">
          Then
        </Title>
        <ActionsEditor
          vocabulary={vocabulary}
          actions={form.actions}
          onChange={(actions) => change({ actions })}
        />
        {found.get('actions') && <Wrong>A rule needs at least one action.</Wrong>}
      </section>
    </>
  )
}

function JsonProblems({ problems }: { problems: readonly Problem[] }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      <ul className={classes.plain}>
        {problems.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            {path && <b>{path}: </b>}
            {message}
          </li>
        ))}
      </ul>
    </Alert>
  )
}

interface FootProps {
  readonly rule: unknown
  readonly asking: boolean
  readonly checking: boolean
  readonly onStay: () => void
  readonly onClose: () => void
}

function Foot({ rule, asking, checking, onStay, onClose }: FootProps) {
  return (
    <Box className={classes.foot ?? ''}>
      <Preview rule={rule} />
      {asking ? (
        <Group role="alertdialog" aria-label="Leave without saving?" gap="sm">
          <Text size="sm" fw={600}>
            Leave without saving?
          </Text>
          <Button size="xs" variant="default" onClick={onStay} autoFocus>
            Keep editing
          </Button>
          <Button size="xs" color="red" onClick={onClose}>
            Leave
          </Button>
        </Group>
      ) : (
        <Group gap="sm">
          <Button type="submit" loading={checking}>
            Save to draft
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      )}
    </Box>
  )
}

const PREVIEW_MS = 350

/** How the server reads the rule, as soon as it can. */
function Preview({ rule }: { rule: unknown }) {
  const [settled] = useDebouncedValue(JSON.stringify(rule) ?? '', PREVIEW_MS)
  const { data } = useQuery({
    queryKey: ['rule-check', settled],
    queryFn: () => checkRule(JSON.parse(settled)),
    enabled: settled !== '',
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })
  return (
    <Text
      size="sm"
      {...(data?.sentence ? {} : { c: 'dimmed' })}
      className={classes.preview ?? ''}
      data-testid="rule-preview"
    >
      {data?.sentence ?? 'Reads as a sentence here as soon as it is complete.'}
    </Text>
  )
}
