/**
 * The published rules of every dataset, compiled: what ingest asks for each event. Filled by
 * whoever keeps the versions (rule-book.ts), which may stand in another thread.
 */
import { type CompiledRules, compileRules } from './engine.ts'
import type { Sha256 } from './fields.ts'

/** A published version as it travels: plain data. */
export interface PublishedRules {
  readonly version: number
  readonly rules: readonly unknown[]
}

export interface RulesInForce {
  /** For every event after the call; undefined: the dataset has none (any more). */
  readonly set: (datasetId: string, published: PublishedRules | undefined) => void
  /** Undefined where no rule is in force. One look-up. */
  readonly of: (datasetId: string) => CompiledRules | undefined
}

export function createRulesInForce(sha256: Sha256): RulesInForce {
  const byDataset = new Map<string, CompiledRules>()
  return {
    of: (datasetId) => byDataset.get(datasetId),
    set: (datasetId, published) => {
      const compiled = published && compileRules(published.rules, published.version, sha256)
      if (compiled) byDataset.set(datasetId, compiled)
      else byDataset.delete(datasetId)
    },
  }
}
