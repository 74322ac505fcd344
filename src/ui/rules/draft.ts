/**
 * The rules as this page edits them. Every change is shown at once and saved as the draft right
 * away, one save after another, each from the revision that the last one made. Where somebody else
 * was faster, nothing is overwritten: saving stops until the person has chosen whose rules stay.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { RuleState } from '../../api/types.ts'
import { ApiError, call } from '../api-client.ts'
import { type Rule, ruleOf } from './rule.ts'
import { rulesQuery, saveDraft } from './rule-queries.ts'

export type Saving = 'saved' | 'saving' | 'failed' | 'conflict'

export interface Draft {
  readonly rules: readonly Rule[]
  readonly published: readonly Rule[]
  readonly state: RuleState
  readonly saving: Saving
  readonly error: unknown
  /** What the server has instead, after somebody else changed it. */
  readonly theirs: RuleState | undefined
  readonly change: (rules: readonly Rule[]) => void
  /** Takes the last change of this visit back; undefined when there is none. */
  readonly undo: (() => void) | undefined
  /** While an editor is open, what others do meanwhile becomes a conflict and not a surprise. */
  readonly pin: () => void
  readonly unpin: () => void
  readonly retry: () => void
  readonly takeTheirs: () => void
  readonly keepMine: () => void
  /** Shows what the server has now, after publishing and the like. */
  readonly follow: (fresh: RuleState) => void
  /** For publish and roll back: whether the failure was somebody else's change. */
  readonly foundConflict: (error: unknown) => Promise<boolean>
}

export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'rules_changed'

export function useDraft(state: RuleState): Draft {
  const saver = useSaver(state)
  const { mine, theirs, put, flush, foundConflict } = saver
  const [past, setPast] = useState<readonly (readonly Rule[])[]>([])
  const stored = (state.draft ?? state.published)?.rules ?? []
  const rules = mine ?? stored.map(ruleOf)
  const follow = (fresh: RuleState): void => {
    saver.follow(fresh)
    setPast([])
  }
  const before = past.at(-1)
  return {
    rules,
    published: (state.published?.rules ?? []).map(ruleOf),
    state,
    saving: saver.saving,
    error: saver.error,
    theirs,
    foundConflict,
    change: (next) => {
      setPast([...past, rules])
      put(next)
    },
    undo:
      before &&
      (() => {
        setPast(past.slice(0, -1))
        put(before)
      }),
    follow,
    pin: () => saver.pin(rules),
    unpin: saver.unpin,
    retry: () => void flush(),
    takeTheirs: () => theirs && follow(theirs),
    keepMine: () => saver.insist(rules),
  }
}

/** Saves what is put into it, one after another, and knows from which revision. */
function useSaver(state: RuleState) {
  const { dataset_id: id } = state
  const cache = useQueryClient()
  /** Undefined while the server's are shown. */
  const [mine, setMine] = useState<readonly Rule[]>()
  const [saving, setSaving] = useState<Saving>('saved')
  const [error, setError] = useState<unknown>()
  const [theirs, setTheirs] = useState<RuleState>()
  const work = useRef<Work>({ revision: state.revision, running: false, pinned: false })

  const foundConflict = async (failure: unknown): Promise<boolean> => {
    if (!isConflict(failure)) return false
    // Not through the cache: the page must not show theirs before it was asked to.
    setTheirs(await call<RuleState>('GET', `/api/datasets/${id}/rules`))
    setSaving('conflict')
    return true
  }
  const flush = async (): Promise<void> => {
    const { current } = work
    if (current.running) return
    current.running = true
    setSaving('saving')
    setError(undefined)
    try {
      await saveAll(id, current, (saved) => cache.setQueryData(rulesQuery(id).queryKey, saved))
      if (!current.pinned) setMine(undefined)
      setSaving('saved')
    } catch (failure) {
      if (await foundConflict(failure).catch(() => false)) return
      setError(failure)
      setSaving('failed')
    } finally {
      current.running = false
    }
  }
  const startFrom = (shown: readonly Rule[]): void => {
    if (mine === undefined) work.current.revision = state.revision
    setMine(shown)
  }
  const put = (next: readonly Rule[]): void => {
    startFrom(next)
    work.current.waiting = next
    if (saving !== 'conflict') void flush()
  }
  return {
    ...{ mine, saving, error, theirs, put, flush, foundConflict },
    pin: (shown: readonly Rule[]) => {
      work.current.pinned = true
      startFrom(shown)
    },
    unpin: () => {
      work.current.pinned = false
      if (work.current.waiting === undefined) setMine(undefined)
    },
    follow: (fresh: RuleState) => {
      work.current = { revision: fresh.revision, running: false, pinned: false }
      cache.setQueryData(rulesQuery(id).queryKey, fresh)
      setMine(undefined)
      setTheirs(undefined)
      setSaving('saved')
    },
    insist: (shown: readonly Rule[]) => {
      if (!theirs) return
      work.current.revision = theirs.revision
      work.current.waiting ??= shown
      setTheirs(undefined)
      void flush()
    },
  }
}

interface Work {
  revision: number
  running: boolean
  pinned: boolean
  /** What is not saved yet; undefined when everything is. */
  waiting?: readonly Rule[] | undefined
}

async function saveAll(id: string, work: Work, onSaved: (state: RuleState) => void): Promise<void> {
  while (work.waiting) {
    const rules = work.waiting
    const saved = await saveDraft(id, { rules, revision: work.revision })
    work.revision = saved.revision
    onSaved(saved)
    if (work.waiting === rules) work.waiting = undefined
  }
}
