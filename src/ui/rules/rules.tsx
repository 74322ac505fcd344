/** The rules of a dataset: what is in force, the draft, a trial of it, and the versions before. */
import { Alert } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { RuleState, RuleVocabulary } from '../../api/types.ts'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { datasetQuery } from '../queries.ts'
import { AddRule, ReadyMadeRules } from './add-rule.tsx'
import { Conflict } from './conflict.tsx'
import { type Draft, useDraft } from './draft.ts'
import { DraftBar } from './draft-bar.tsx'
import { changesBetween, freeId, type Rule, ruleOf } from './rule.ts'
import { type Editing, RuleEditor } from './rule-editor.tsx'
import { RuleList } from './rule-list.tsx'
import { rulesQuery, vocabularyQuery } from './rule-queries.ts'
import { TryRules } from './try-rules.tsx'
import { Versions } from './versions.tsx'

export function RulesPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const state = useQuery(rulesQuery(datasetId))
  const vocabulary = useQuery(vocabularyQuery)
  const error = state.error ?? vocabulary.error
  const retry = (): void => {
    void state.refetch()
    void vocabulary.refetch()
  }
  return (
    <>
      {state.data && vocabulary.data ? (
        <Rules of={dataset?.name ?? ''} state={state.data} vocabulary={vocabulary.data} />
      ) : (
        <Page title="Rules" of={dataset?.name ?? ''}>
          {error ? <Failed error={error} onRetry={retry} /> : <PageLoading />}
        </Page>
      )}
    </>
  )
}

interface RulesProps {
  readonly of: string
  readonly state: RuleState
  readonly vocabulary: RuleVocabulary
}

function Rules({ of, state, vocabulary }: RulesProps) {
  const { data: dataset } = useQuery(datasetQuery(state.dataset_id))
  const locked = !dataset?.may.includes('develop')
  const draft = useDraft(state)
  const editor = useEditor(draft)
  const { rules, published } = draft
  const changes = changesBetween(published, rules)
  const sentences = useSentences(state)
  const activity = useMemo(
    () =>
      state.published
        ? new Map(state.activity.map(({ rule_id, events }) => [rule_id, events]))
        : undefined,
    [state],
  )
  const isEmpty = rules.length === 0
  return (
    <Page
      title="Rules"
      of={of}
      lead="Leave events out, rename them, mend their values, choose where they go. From top to bottom, for every event that arrives from now on."
      actions={!locked && <AddRule onAdd={editor.add} />}
    >
      {locked && dataset && (
        <Alert variant="light" color="gray" icon={<IconLock aria-hidden />}>
          You may look and try, but not change. That needs the role developer.
        </Alert>
      )}
      {draft.theirs && <Conflict draft={draft} theirs={draft.theirs} />}
      <DraftBar draft={draft} changes={changes} locked={locked} />
      {isEmpty && !locked && <ReadyMadeRules onAdd={editor.add} />}
      {!isEmpty && (
        <Section title={published.length > 0 || state.draft ? 'In this order' : 'Your rules'}>
          <RuleList
            {...{ rules, changes, activity, locked }}
            sentenceOf={(rule) => sentences.get(JSON.stringify(rule)) ?? sentences.get(rule.id)}
            onChange={draft.change}
            onEdit={editor.edit}
            onCopy={editor.copy}
          />
        </Section>
      )}
      {!isEmpty && <TryRules datasetId={state.dataset_id} rules={rules} />}
      {state.published && <Versions datasetId={state.dataset_id} draft={draft} locked={locked} />}
      <RuleEditor
        editing={editor.editing}
        vocabulary={vocabulary}
        taken={rules.map(({ id }) => id).filter((id) => id !== editor.editing?.of)}
        onSave={editor.save}
        onClose={editor.close}
      />
    </Page>
  )
}

/** The server's sentences, by the whole rule, else by its id until the next save has answered. */
function useSentences({ published, draft }: RuleState): ReadonlyMap<string, string> {
  return useMemo(() => {
    const found = new Map<string, string>()
    for (const part of [published, draft]) {
      for (const [index, stored] of (part?.rules ?? []).entries()) {
        const sentence = part?.sentences[index] ?? ''
        const rule = ruleOf(stored, index)
        found.set(rule.id, sentence)
        found.set(JSON.stringify(rule), sentence)
      }
    }
    return found
  }, [published, draft])
}

function useEditor(draft: Draft) {
  const [editing, setEditing] = useState<(Editing & { of: string | undefined }) | undefined>()
  const ids = draft.rules.map(({ id }) => id)
  const open = (rule: Rule, of?: string): void => {
    draft.pin()
    setEditing({ rule, isNew: of === undefined, of })
  }
  return {
    editing,
    add: (rule: Rule) => open({ ...rule, id: freeId(rule.id, ids) }),
    edit: (rule: Rule) => open(rule, rule.id),
    copy: (rule: Rule) => {
      const name = rule.name ? `${rule.name} (copy)` : ''
      open({ ...rule, name, id: freeId(rule.id, ids) })
    },
    close: () => {
      draft.unpin()
      setEditing(undefined)
    },
    save: (rule: Rule) => {
      const { rules, change, unpin } = draft
      const of = editing?.of
      change(of === undefined ? [...rules, rule] : rules.map((one) => (one.id === of ? rule : one)))
      unpin()
      setEditing(undefined)
      focusLater(`[data-rule="${rule.id}"] [data-edit]`)
    },
  }
}

/** The drawer gives focus back to what opened it, which a new rule's menu item cannot take. */
function focusLater(selector: string): void {
  setTimeout(() => document.querySelector<HTMLElement>(selector)?.focus(), 350)
}
