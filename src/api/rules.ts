/** Routes about the rules of a dataset: look, draft, publish, versions, roll back. */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { ACTION_LIST } from '../rules/action.ts'
import { OPERATORS } from '../rules/condition.ts'
import { FIELD_LIST } from '../rules/fields.ts'
import { rulesSchema } from '../rules/rule.ts'
import type { Author, RuleVersion } from '../rules/rule-history.ts'
import { sentenceOf } from '../rules/words.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import {
  ruleCheckRequestSchema,
  ruleCheckSchema,
  ruleDraftRequestSchema,
  rulePublishRequestSchema,
  ruleRollbackRequestSchema,
  ruleStateSchema,
  ruleTrialSchema,
  ruleTryRequestSchema,
  ruleVersionSchema,
  ruleVersionsSchema,
  ruleVocabularySchema,
} from './rule-schemas.ts'
import { tryOnEvents, tryOnStored } from './rule-trial.ts'
import type { RuleState, RuleVersionView } from './types.ts'

const PATH = '/api/datasets/{id}/rules'
const DEVELOP = { needs: 'develop', on: 'dataset' } as const
const READ = { needs: 'read', on: 'dataset' } as const

const changingRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: `${PATH}/draft`,
    auth: DEVELOP,
    history: null,
    summary: 'Save the draft of the rules',
    description: 'One draft per dataset; it does nothing until it is published.',
    body: ruleDraftRequestSchema,
    answer: { status: 200, description: 'The rules as they are now.', schema: ruleStateSchema },
    run: async (call, context) => {
      const { rules, revision } = call.body
      await context.rules.saveDraft(call.id, { rules, revision, author: authorOf(call) })
      return viewState(call.id, context)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/draft`,
    auth: DEVELOP,
    history: null,
    summary: 'Discard the draft',
    answer: { status: 204, description: 'There is no draft any more.' },
    run: async ({ id }, { rules }) => {
      await rules.discardDraft(id)
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/publish`,
    auth: DEVELOP,
    history: 'rules.published',
    summary: 'Publish rules as a new version',
    description: 'In force from the next event on. What is stored already does not change.',
    body: rulePublishRequestSchema,
    answer: { status: 201, description: 'The new version.', schema: ruleVersionSchema },
    run: async (call, context) => {
      const author = authorOf(call)
      return viewVersion(await context.rules.publish(call.id, { ...call.body, author }))
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/rollback`,
    auth: DEVELOP,
    history: 'rules.rolled_back',
    summary: 'Go back to an earlier version',
    description: 'Publishes its rules as a new version; the draft stays.',
    body: ruleRollbackRequestSchema,
    answer: { status: 201, description: 'The new version.', schema: ruleVersionSchema },
    run: async (call, context) => {
      const author = authorOf(call)
      return viewVersion(await context.rules.rollBack(call.id, { ...call.body, author }))
    },
  }),
]

export const ruleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'Read the rules in force, the draft, and what each rule did lately',
    answer: { status: 200, description: 'The rules.', schema: ruleStateSchema },
    run: ({ id }, context) => viewState(id, context),
  }),
  route({
    method: 'GET',
    path: `${PATH}/versions`,
    auth: READ,
    summary: 'List the published versions of the rules',
    answer: { status: 200, description: 'The newest first.', schema: ruleVersionsSchema },
    run: async ({ id }, { rules }) => ({
      dataset_id: id,
      versions: (await rules.versions(id)).map((made) => {
        // A margin table in each of fifty versions would be megabytes.
        const { rules: listed, ...rest } = viewVersion(made)
        return { ...rest, rule_count: listed.length }
      }),
    }),
  }),
  route({
    method: 'GET',
    path: `${PATH}/versions/{version}`,
    auth: READ,
    summary: 'Read one published version of the rules',
    answer: { status: 200, description: 'The version.', schema: ruleVersionSchema },
    run: async ({ id, request }, { rules }) => {
      const { version } = request.params as { version: string }
      if (!/^\d{1,9}$/.test(version)) {
        throw new TwofoldError('rules_version_not_found', 'A version is a number.')
      }
      return viewVersion(await rules.version(id, Number(version)))
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/try`,
    auth: READ,
    history: null,
    summary: 'Try rules without publishing them',
    description:
      'On the latest stored reports, or on events given in the request. Nothing is stored; the ' +
      'answer counts what would change and shows differences.',
    body: ruleTryRequestSchema,
    answer: { status: 200, description: 'What the rules would do.', schema: ruleTrialSchema },
    run: ({ id, body, reply }, context) => {
      const { draft, published } = context.rules.state(id)
      const rules = body.rules ?? (draft ?? published)?.rules
      if (!rules) throw new TwofoldError('invalid_request', 'There are no rules yet: send some.')
      const { events, last, channel } = body
      if (events) return tryOnEvents({ datasetId: id, rules, events, channel }, context)
      const gone = (): boolean => reply.raw.destroyed
      const request = { datasetId: id, rules, last, gone }
      return context.alone(`rules:${id}`, () => tryOnStored(request, context))
    },
  }),
  ...changingRoutes,
  route({
    method: 'POST',
    path: '/api/rule-check',
    auth: { needs: 'read', on: 'own' },
    history: null,
    summary: 'Check rules and read them as sentences',
    description: 'For an editor or a pipeline. Stores nothing; wrong rules are no error here.',
    body: ruleCheckRequestSchema,
    answer: { status: 200, description: 'What is wrong, if anything.', schema: ruleCheckSchema },
    run: ({ body }) => {
      const read = rulesSchema.safeParse(body.rules)
      const problems = (read.error?.issues ?? []).map(({ path, message }) => ({
        path: path.join('.'),
        message,
      }))
      return { problems, sentences: (read.data ?? []).map(sentenceOf) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/rule-vocabulary',
    auth: { needs: 'read', on: 'own' },
    summary: 'The fields, operators and actions that rules are made of',
    answer: { status: 200, description: 'For forms.', schema: ruleVocabularySchema },
    run: () => ({
      fields: FIELD_LIST,
      operators: OPERATORS,
      actions: ACTION_LIST,
      schema: z.toJSONSchema(rulesSchema, { io: 'input', unrepresentable: 'any' }),
    }),
  }),
]

function authorOf({ caller }: Call<unknown, unknown>): Author {
  return caller.kind === 'nobody'
    ? { token_id: '', name: 'nobody' }
    : { token_id: caller.id, name: caller.name }
}

const ACTIVITY_S = 7 * 86_400
const METRIC = 'rule:'

async function viewState(id: string, { rules, store, nowMs }: Context): Promise<RuleState> {
  const { published, draft, revision } = rules.state(id)
  const to_s = Math.floor(nowMs() / 1000) + 1
  const query = { dataset_id: id, from_s: to_s - ACTIVITY_S, to_s, by: 'total' as const }
  const totals = new Map<string, number>()
  for (const { metric, n } of published ? (await store.counters(query)).counters : []) {
    if (!metric.startsWith(METRIC)) continue
    const rule = metric.slice(METRIC.length)
    totals.set(rule, (totals.get(rule) ?? 0) + n)
  }
  return {
    dataset_id: id,
    revision,
    published: published ? viewVersion(published) : null,
    draft: draft
      ? {
          author: draft.author,
          saved_at: Math.floor(draft.at_ms / 1000),
          rules: [...draft.rules],
          sentences: draft.rules.map(sentenceOf),
        }
      : null,
    activity: [...totals].map(([rule_id, events]) => ({ rule_id, events })),
  }
}

function viewVersion(made: RuleVersion): RuleVersionView {
  const { version, author, at_ms, note, of_version, rules } = made
  return {
    version,
    author,
    published_at: Math.floor(at_ms / 1000),
    note,
    of_version: of_version ?? null,
    rules: [...rules],
    sentences: rules.map(sentenceOf),
  }
}
