/**
 * GET /v{N}.{M}/dataset_quality, with or without version, as tools that read Meta's Dataset Quality
 * API ask for it: token in the address or as Bearer, errors in Meta's shape. The numbers are ours
 * (quality/dataset-quality.ts). api.ts registers it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GRAPH_ERRORS, type GraphErrorName, graphRequestError } from '../event/problems.ts'
import { datasetQuality, SCORE_METRICS, WEEK_METRICS } from '../quality/dataset-quality.ts'
import { type Fields, pickFields, readFields, unknownField } from './graph-fields.ts'
import type { Context } from './ports.ts'
import { rangeOf } from './quality.ts'
import { qualityWindow, sevenDays } from './quality-window.ts'

export const GRAPH_QUALITY_PATHS = ['/:version(^v[0-9.]+$)/dataset_quality', '/dataset_quality']

type Ports = Pick<Context, 'store' | 'access' | 'nowMs'>

export function registerGraphQuality(app: FastifyInstance, ports: Ports): void {
  for (const url of GRAPH_QUALITY_PATHS) {
    app.route({
      method: 'GET',
      url,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const answer = await answerOf(request, ports)
        reply.header('cache-control', 'no-store')
        if (!('refused' in answer)) return answer
        const { name, particulars, fix } = answer.refused
        const { error } = graphRequestError(name, `Tw${request.id}`, particulars)
        reply.code(GRAPH_ERRORS[name].status)
        return { error: { ...error, error_user_msg: fix } }
      },
    })
  }
}

interface Refused {
  readonly refused: {
    readonly name: GraphErrorName
    readonly particulars?: string
    readonly fix: string
  }
}

async function answerOf(request: FastifyRequest, ports: Ports): Promise<object | Refused> {
  const { store, nowMs } = ports
  const query = request.query as Readonly<Record<string, unknown>>
  const permitted = permittedDataset(request, query, ports)
  if (typeof permitted !== 'string') return permitted
  const wanted = wantedFields(query.fields)
  if ('refused' in wanted) return wanted
  const window = qualityWindow({ window: '48h' }, nowMs())
  const [score, week] = await Promise.all([
    store.counters({ ...rangeOf(permitted, window), by: 'total', metrics: SCORE_METRICS }),
    store.counters({
      ...rangeOf(permitted, sevenDays(window)),
      by: 'day',
      metrics: WEEK_METRICS,
    }),
  ])
  return pickFields(datasetQuality(score.counters, week.counters), wanted.fields) as object
}

/** Token first, then dataset, as Meta; an unknown dataset and a forbidden one look the same. */
function permittedDataset(
  { headers }: FastifyRequest,
  query: Readonly<Record<string, unknown>>,
  { access }: Ports,
): string | Refused {
  const bearer = /^Bearer +(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]
  const token = textOf(query.access_token) || bearer
  if (!token) {
    const fix = 'Send a token that may read, as access_token or as Authorization: Bearer.'
    return { refused: { name: 'no_token', fix } }
  }
  if (!access.grantOf(token)) {
    const fix = 'This Twofold does not know the token. Make one with `twofold token create`.'
    return { refused: { name: 'bad_token', fix } }
  }
  const id = textOf(query.dataset_id)
  if (!id) {
    const fix = 'Name the dataset: dataset_id=123.'
    return { refused: { name: 'dataset_id_required', fix } }
  }
  if (!access.findDataset(id) || !access.authorize(token, id, 'read')) {
    const fix = `There is no dataset ${id.slice(0, 40)} here, or the token may not read it.`
    return { refused: { name: 'unknown_node', particulars: id.slice(0, 40), fix } }
  }
  if (query.agent_name !== undefined && query.agent_name !== '') {
    const fix = 'Reports are not kept by agent here: leave out agent_name to get all events.'
    return { refused: { name: 'not_supported', particulars: 'agent_name', fix } }
  }
  return id
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

const PERCENTAGE: Fields = { percentage: 'all', description: 'all' }

/** Everything that Meta documents; what we do not know is asked for in vain, and left out. */
const KNOWN: Fields = {
  web: {
    event_name: 'all',
    event_match_quality: {
      composite_score: 'all',
      match_key_feedback: {
        identifier: 'all',
        coverage: PERCENTAGE,
        potential_aly_acr_increase: PERCENTAGE,
      },
      diagnostics: {
        name: 'all',
        description: 'all',
        solution: 'all',
        percentage: 'all',
        affected_event_count: 'all',
        total_event_count: 'all',
      },
    },
    event_coverage: {
      ...PERCENTAGE,
      goal_percentage: 'all',
      potential_aly_acr_increase: PERCENTAGE,
    },
    dedupe_key_feedback: {
      dedupe_key: 'all',
      browser_events_with_dedupe_key: PERCENTAGE,
      server_events_with_dedupe_key: PERCENTAGE,
      overall_browser_coverage_from_dedupe_key: PERCENTAGE,
    },
    data_freshness: { upload_frequency: 'all', description: 'all' },
    acr: PERCENTAGE,
    event_potential_aly_acr_increase: PERCENTAGE,
    event_ad_sets: 'all',
    event_spend: 'all',
  },
}

function wantedFields(value: unknown): { readonly fields: Fields | 'all' } | Refused {
  const text = textOf(value)
  if (!text) return { fields: 'all' }
  const read = readFields(text)
  if ('broken' in read) {
    const fix = 'Send fields such as web{event_name,event_match_quality{composite_score}}.'
    return { refused: { name: 'bad_fields', particulars: read.broken.slice(0, 40), fix } }
  }
  const unknown = unknownField(read.fields, KNOWN)
  if (unknown === undefined) return read
  const fix =
    unknown === 'dedup_key_feedback'
      ? 'It is spelt dedupe_key_feedback.'
      : 'Leave the field out; docs/match-quality.md lists those there are.'
  return { refused: { name: 'unknown_field', particulars: unknown.slice(0, 100), fix } }
}
