/**
 * How the rules of a dataset and their versions are written down: the settings documents, their
 * schemas, and the history of published versions. rule-book.ts decides what is written.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { RULE_VERSIONS_MAX } from '../limits.ts'

export interface Document {
  readonly kind: string
  readonly id: string
  readonly value: unknown
}

export interface RuleStore {
  readonly getSettings: (kind: string) => Promise<readonly Document[]>
  /** All or nothing; value undefined deletes. */
  readonly putSettings: (documents: readonly Document[]) => Promise<void>
}

/** Who changes something, as people know them, and by which token. */
export interface Author {
  readonly name: string
  readonly token_id: string
}

export interface RuleVersion {
  /** From 1, without gaps, per dataset. */
  readonly version: number
  /** As stored; a rule that this program cannot read any more runs as one that fails. */
  readonly rules: readonly unknown[]
  readonly author: Author
  readonly at_ms: number
  readonly note: string
  /** For a version made by rolling back: the one it repeats. */
  readonly of_version?: number | undefined
}

export interface RuleDraft {
  readonly rules: readonly unknown[]
  readonly author: Author
  readonly at_ms: number
}

export interface RuleState {
  readonly published: RuleVersion | undefined
  readonly draft: RuleDraft | undefined
  /** Changes with every change of draft or published version; 0 before the first. */
  readonly revision: number
}

export const STATE_KIND = 'rules'
/** A kind per dataset, so that reading one history never reads them all. */
const historyKind = (datasetId: string): string => `rules:${datasetId}`

const authorSchema = z.object({ name: z.string(), token_id: z.string() })
const draftSchema = z.object({
  rules: z.array(z.unknown()),
  author: authorSchema,
  at_ms: z.number(),
})
const versionSchema = draftSchema.extend({
  version: z.number(),
  note: z.string(),
  of_version: z.number().optional(),
})
export const stateSchema = z.object({
  published: versionSchema.optional(),
  draft: draftSchema.optional(),
  revision: z.number(),
})

export interface RuleHistory {
  /** The newest first. */
  versions(datasetId: string): Promise<readonly RuleVersion[]>
  /** Throws `rules_version_not_found`. */
  version(datasetId: string, version: number): Promise<RuleVersion>
  /** The documents that add a version to `known` and drop what is too old to keep. */
  additions(
    datasetId: string,
    made: RuleVersion,
    known: readonly RuleVersion[],
  ): readonly Document[]
  /** The documents that remove them all. */
  removals(datasetId: string, known: readonly RuleVersion[]): readonly Document[]
}

export function createHistory({ getSettings }: Pick<RuleStore, 'getSettings'>): RuleHistory {
  const versions = async (id: string): Promise<readonly RuleVersion[]> => {
    const documents = await getSettings(historyKind(id))
    return documents
      .map(({ value }) => readStored(versionSchema, value, id))
      .sort((a, b) => b.version - a.version)
  }
  const removals = (id: string, known: readonly RuleVersion[]): readonly Document[] => {
    const kind = historyKind(id)
    return known.map(({ version }) => ({ kind, id: String(version), value: undefined }))
  }
  return {
    versions,
    version: async (id, wanted) => {
      const found = (await versions(id)).find(({ version }) => version === wanted)
      if (!found) throw new TwofoldError('rules_version_not_found', `There is no ${wanted}.`)
      return found
    },
    additions: (id, made, known) => [
      { kind: historyKind(id), id: String(made.version), value: made },
      ...removals(id, known.slice(RULE_VERSIONS_MAX - 1)),
    ],
    removals,
  }
}

/** Throws `store_corrupt`. */
export function readStored<S extends z.ZodType>(
  schema: S,
  value: unknown,
  datasetId: string,
): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new TwofoldError('store_corrupt', `The rules of dataset ${datasetId} cannot be read.`)
}
