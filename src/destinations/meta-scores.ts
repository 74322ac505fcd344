/**
 * What Meta itself says about the match quality of a dataset (its Dataset Quality API), asked with
 * the token of the destination. Reads only; tolerant of what Meta adds, spells otherwise or leaves
 * out, because nothing but a page depends on it.
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { REMOTE_SCORES_EVENTS_MAX } from '../limits.ts'
import type { EventScore, Scores, SendPorts } from './destination.ts'
import { exchangeOver } from './http-exchange.ts'
import { type MetaSettings, qualityUrl } from './meta-settings.ts'

const FIELDS =
  'web{event_name,event_match_quality{composite_score,match_key_feedback{identifier,' +
  'coverage{percentage}}},event_coverage{percentage}}'

export async function metaScores(settings: MetaSettings, ports: SendPorts): Promise<Scores> {
  const { access_token, app_secret } = settings
  const proof = app_secret && createHmac('sha256', app_secret).update(access_token).digest('hex')
  const address = `${qualityUrl(settings)}&fields=${encodeURIComponent(FIELDS)}`
  const { answer, failure } = await exchangeOver(
    {
      method: 'GET',
      url: proof ? `${address}&appsecret_proof=${proof}` : address,
      headers: { accept: 'application/json', authorization: `Bearer ${access_token}` },
      events: 0,
      secrets: [access_token, app_secret, proof].filter((secret) => secret !== null),
    },
    ports,
  )
  if (!answer || failure) {
    const { code, detail } = failure ?? { code: 'no_answer', detail: 'No answer came.' }
    return { code, detail }
  }
  return readScores(answer.status, answer.text)
}

/** A number, or its text: both are seen. */
const number = z
  .union([z.number(), z.string().transform(Number)])
  .refine((value) => Number.isFinite(value))
const percentage = z.object({ percentage: number }).transform((one) => one.percentage)

const eventSchema = z.object({
  event_name: z.string().max(200),
  event_match_quality: z
    .object({
      composite_score: number.optional().catch(undefined),
      match_key_feedback: z
        .array(z.object({ identifier: z.string().max(100), coverage: percentage }))
        .max(100)
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  event_coverage: percentage.optional().catch(undefined),
})

const answerSchema = z.object({ web: z.array(z.unknown()).max(10_000) })
const errorSchema = z.object({
  error: z.object({ message: z.string(), code: z.number().optional() }),
})

function readScores(status: number, text: string): Scores {
  const json = parsed(text)
  const read = answerSchema.safeParse(json)
  if (status === 200 && read.success) {
    return { events: read.data.web.slice(0, REMOTE_SCORES_EVENTS_MAX).flatMap(scoreOf) }
  }
  const error = errorSchema.safeParse(json)
  if (!error.success) {
    return { code: `http_${status}`, detail: `The answer (${status}) is not one of Meta's.` }
  }
  const { message, code } = error.data.error
  const hint =
    code === 190 || code === 200 || code === 10
      ? ' The token may need the permission to read this dataset: make a new one in Events Manager.'
      : ''
  return { code: String(code ?? `http_${status}`), detail: `${message.slice(0, 300)}${hint}` }
}

function scoreOf(value: unknown): EventScore[] {
  const read = eventSchema.safeParse(value)
  if (!read.success) return []
  const { event_name, event_match_quality: quality, event_coverage } = read.data
  const score = quality?.composite_score
  return [
    {
      event_name,
      ...(score === undefined ? {} : { score: Math.min(10, Math.max(0, score)) }),
      ...(event_coverage === undefined ? {} : { event_coverage: share(event_coverage) }),
      keys: (quality?.match_key_feedback ?? []).map(({ identifier, coverage }) => ({
        identifier,
        coverage: share(coverage),
      })),
    },
  ]
}

/** Coverage can be above 100 % there, where servers see more than browsers. */
const share = (percent: number): number => Math.min(1, Math.max(0, percent / 100))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
