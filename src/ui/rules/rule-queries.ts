/** What the Rules page asks the server; see queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import type {
  RuleCheck,
  RuleState,
  RuleTrial,
  RuleTryRequest,
  RuleVersionsAnswer,
  RuleVersionView,
  RuleVocabulary,
  Summary,
} from '../../api/types.ts'
import { STANDARD_EVENTS } from '../../event/names.ts'
import { call } from '../api-client.ts'
import { type Problem, problemOf, type Rule } from './rule.ts'

const path = (datasetId: string, rest = ''): string => `/api/datasets/${datasetId}/rules${rest}`

export const rulesQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['rules', datasetId],
    queryFn: () => call<RuleState>('GET', path(datasetId)),
  })

export const versionsQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['rules', datasetId, 'versions'],
    queryFn: async () =>
      (await call<RuleVersionsAnswer>('GET', path(datasetId, '/versions'))).versions,
  })

export const vocabularyQuery = queryOptions({
  queryKey: ['rule-vocabulary'],
  queryFn: () => call<RuleVocabulary>('GET', '/api/rule-vocabulary'),
  staleTime: Number.POSITIVE_INFINITY,
})

const NAMES_WINDOW_S = 28 * 86_400

/** Names to choose from: those of the last weeks first, then the standard ones. */
export const eventNamesQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['event-names', datasetId],
    queryFn: async () => {
      const to = Math.floor(Date.now() / 3_600_000 + 1) * 3600
      const query = `from=${to - NAMES_WINDOW_S}&to=${to}`
      const { by_event } = await call<Summary>('GET', `/api/datasets/${datasetId}/summary?${query}`)
      const seen = by_event.map(({ event_name }) => event_name)
      return [...new Set([...seen, ...STANDARD_EVENTS])]
    },
    staleTime: 60_000,
  })

export const saveDraft = (
  datasetId: string,
  change: { rules: readonly Rule[]; revision: number },
): Promise<RuleState> => call('PUT', path(datasetId, '/draft'), change)

export const discardDraft = (datasetId: string): Promise<void> =>
  call('DELETE', path(datasetId, '/draft'))

export const publishDraft = (
  datasetId: string,
  change: { note: string; revision: number },
): Promise<RuleVersionView> => call('POST', path(datasetId, '/publish'), change)

export const rollBack = (
  datasetId: string,
  change: { version: number; note: string; revision: number },
): Promise<RuleVersionView> => call('POST', path(datasetId, '/rollback'), change)

export const tryRules = (
  datasetId: string,
  request: Omit<RuleTryRequest, 'rules'> & { rules: readonly Rule[] },
): Promise<RuleTrial> => call('POST', path(datasetId, '/try'), request)

/** One rule: what is wrong with it, or how it reads. Never fails because it is wrong. */
export async function checkRule(
  rule: unknown,
): Promise<{ problems: readonly Problem[]; sentence: string | undefined }> {
  const { problems, sentences } = await call<RuleCheck>('POST', '/api/rule-check', {
    rules: [rule],
  })
  return { problems: problems.map(problemOf), sentence: sentences[0] }
}
