/**
 * The published rules of every dataset as the relay and its replays need them: what they make of a
 * report that is stored already. Ingest has its own, in the ledger's thread. Made by main.ts.
 */
import { hash } from 'node:crypto'
import { callingCode } from './event/calling-code.ts'
import type { DatasetSettings } from './event/dataset.ts'
import type { HashContext } from './event/hash-value.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Reform } from './relay/outbound.ts'
import type { ReplayRules } from './relay/replay.ts'
import { compileRules } from './rules/engine.ts'
import { createRuleBook, type RuleBook } from './rules/rule-book.ts'
import {
  createRulesInForce,
  type PublishedRules,
  type RulesInForce,
} from './rules/rules-in-force.ts'
import { ruleStoredLeg } from './rules/stored-leg.ts'
import type { Store } from './store/store.ts'

export interface StoredRules extends ReplayRules {
  readonly set: (datasetId: string, published: PublishedRules | undefined) => void
  /** Compiled, as ingest has them. */
  readonly rulesOf: RulesInForce['of']
  /** Of whichever dataset the report is. */
  readonly reform: Reform
}

type FindDataset = (datasetId: string) => DatasetSettings | undefined

export function createStoredRules(findDataset: FindDataset): StoredRules {
  const inForce = createRulesInForce(sha256)
  const versions = new Map<string, number>()
  const hashingOf = (datasetId: string): HashContext => {
    const dataset = findDataset(datasetId)
    const defaultCallingCode = callingCode(dataset?.default_country ?? null)
    return {
      builderForms: dataset?.builder_forms ?? false,
      sha256,
      ...(defaultCallingCode ? { defaultCallingCode } : {}),
    }
  }
  const published = (id: string): Reform => {
    return (leg) => ruleStoredLeg(leg, inForce.of(id), hashingOf(id))
  }
  return {
    set: (id, rules) => {
      inForce.set(id, rules)
      if (rules) versions.set(id, rules.version)
      else versions.delete(id)
    },
    rulesOf: inForce.of,
    versionOf: (id) => versions.get(id),
    published,
    reform: (leg) => published(leg.envelope.dataset_id)(leg),
    draft: (id, rules) => {
      const compiled = compileRules(rules, DRAFT_VERSION, sha256)
      return (leg) => ruleStoredLeg(leg, compiled, hashingOf(id))
    },
  }
}

/** No published version has it, so a draft looks at every report. */
const DRAFT_VERSION = 0

const sha256 = (text: string): string => hash('sha256', text)

interface RuleParts {
  readonly store: Pick<Store, 'getSettings' | 'putSettings'>
  readonly access: { readonly findDataset: FindDataset }
  readonly ledger: Pick<Ledger, 'setRules'>
  readonly nowMs: () => number
}

/** The rules that people write, and as replays read them; ingest hears of every version. */
export async function openRules({ store, access, ledger, nowMs }: RuleParts): Promise<{
  rules: RuleBook
  storedRules: StoredRules
}> {
  const storedRules = createStoredRules(access.findDataset)
  const rules = await createRuleBook({
    getSettings: store.getSettings,
    putSettings: store.putSettings,
    onPublished: (id, published) => {
      ledger.setRules(id, published)
      storedRules.set(id, published)
    },
    nowMs,
  })
  return { rules, storedRules }
}
