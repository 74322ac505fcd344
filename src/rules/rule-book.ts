/**
 * The rules of every dataset with their versions: one published version, which ingest runs, one
 * draft, and the versions before, kept as settings documents. Knows no store: it is given two
 * functions of one. It does not run rules: what is published goes to `onPublished`, and ingest runs
 * it (rules-in-force.ts). Called by the API and main.ts.
 */
import { TwofoldError } from '../errors.ts'
import { serial } from '../serial.ts'
import { type Rule, rulesSchema } from './rule.ts'
import {
  type Author,
  createHistory,
  type Document,
  type RuleDraft,
  type RuleState,
  type RuleStore,
  type RuleVersion,
  readStored,
  STATE_KIND,
  stateSchema,
} from './rule-history.ts'
import type { PublishedRules } from './rules-in-force.ts'

export interface RuleBookPorts extends RuleStore {
  readonly nowMs: () => number
  /** Hears of every published version, at the start too, and of rules that are gone (undefined). */
  readonly onPublished: (datasetId: string, published: PublishedRules | undefined) => void
}

export interface Change {
  readonly author: Author
  /** The revision it was made from; refused with `rules_changed` when there is a newer one. */
  readonly revision?: number | undefined
}

export interface RuleBook {
  state(datasetId: string): RuleState
  saveDraft(datasetId: string, change: Change & { rules: readonly Rule[] }): Promise<RuleState>
  discardDraft(datasetId: string): Promise<void>
  /** `rules`, or else the draft, which is gone afterwards. */
  publish(
    datasetId: string,
    change: Change & { rules?: readonly Rule[] | undefined; note: string },
  ): Promise<RuleVersion>
  /** The newest first; the RULE_VERSIONS_MAX last ones. */
  versions(datasetId: string): Promise<readonly RuleVersion[]>
  /** Throws `rules_version_not_found`. */
  version(datasetId: string, version: number): Promise<RuleVersion>
  /** Publishes an earlier version, or with 0 no rules at all, as a new one. The draft stays. */
  rollBack(
    datasetId: string,
    change: Change & { version: number; note: string },
  ): Promise<RuleVersion>
  /** Of a dataset that was deleted. */
  forget(datasetId: string): Promise<void>
}

const EMPTY: RuleState = { published: undefined, draft: undefined, revision: 0 }

/** Throws `store_corrupt` when a document cannot be read. */
export async function createRuleBook(ports: RuleBookPorts): Promise<RuleBook> {
  const held = new Map<string, RuleState>()
  for (const { id, value } of await ports.getSettings(STATE_KIND)) {
    const { published, draft, revision } = readStored(stateSchema, value, id)
    held.set(id, { published, draft, revision })
    ports.onPublished(id, published)
  }
  const history = createHistory(ports)
  const inOrder = serial()
  const state = (id: string): RuleState => held.get(id) ?? EMPTY
  const save: Save = async (id, next, more = []) => {
    await ports.putSettings([{ kind: STATE_KIND, id, value: next }, ...more])
    if (next.published !== state(id).published) ports.onPublished(id, next.published)
    held.set(id, next)
  }
  const { publish, rollBack } = publishing({ ports, history, state, save })
  return {
    state,
    versions: history.versions,
    version: history.version,
    saveDraft: (id, { rules, author, revision }) =>
      inOrder(async () => {
        const before = refuseStale(state(id), revision)
        const draft = { rules, author, at_ms: ports.nowMs() }
        await save(id, { ...before, draft, revision: before.revision + 1 })
        return state(id)
      }),
    discardDraft: (id) =>
      inOrder(async () => {
        const before = state(id)
        if (!before.draft) return
        await save(id, { ...before, draft: undefined, revision: before.revision + 1 })
      }),
    publish: (id, change) => inOrder(() => publish(id, change)),
    rollBack: (id, change) => inOrder(() => rollBack(id, change)),
    forget: (id) =>
      inOrder(async () => {
        const old = history.removals(id, await history.versions(id))
        await ports.putSettings([{ kind: STATE_KIND, id, value: undefined }, ...old])
        held.delete(id)
        ports.onPublished(id, undefined)
      }),
  }
}

type Save = (id: string, next: RuleState, more?: readonly Document[]) => Promise<void>

interface Parts {
  readonly ports: RuleBookPorts
  readonly history: ReturnType<typeof createHistory>
  readonly state: (id: string) => RuleState
  readonly save: Save
}

function publishing({
  ports,
  history,
  state,
  save,
}: Parts): Pick<RuleBook, 'publish' | 'rollBack'> {
  const put = async (
    id: string,
    made: Omit<RuleVersion, 'version' | 'at_ms'>,
    draft: RuleDraft | undefined,
  ): Promise<RuleVersion> => {
    const before = state(id)
    const known = await history.versions(id)
    const last = Math.max(known[0]?.version ?? 0, before.published?.version ?? 0)
    const published: RuleVersion = { ...made, version: last + 1, at_ms: ports.nowMs() }
    const revision = before.revision + 1
    const next = { published, draft, revision }
    await save(id, next, history.additions(id, published, known))
    return published
  }
  return {
    publish: async (id, { rules, author, note, revision }) => {
      const { draft } = refuseStale(state(id), revision)
      if (!rules && !draft) {
        throw new TwofoldError('invalid_request', 'There is no draft: send the rules to publish.')
      }
      if (rules) return put(id, { rules, author, note }, draft)
      return put(id, { rules: readable(draft?.rules ?? []), author, note }, undefined)
    },
    rollBack: async (id, { version: wanted, author, note, revision }) => {
      const { draft } = refuseStale(state(id), revision)
      const rules = wanted === 0 ? [] : (await history.version(id, wanted)).rules
      return put(id, { rules: readable(rules), author, note, of_version: wanted }, draft)
    },
  }
}

function refuseStale(held: RuleState, revision: number | undefined): RuleState {
  if (revision === undefined || revision === held.revision) return held
  const detail = `They are at revision ${held.revision}, not ${revision}.`
  throw new TwofoldError('rules_changed', detail)
}

/** What an older program stored may be no rules any more: such must not be published again. */
function readable(rules: readonly unknown[]): readonly Rule[] {
  const read = rulesSchema.safeParse(rules)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new TwofoldError('invalid_request', `rules.${issue?.path.join('.')}: ${issue?.message}.`)
}
