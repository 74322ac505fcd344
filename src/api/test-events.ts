/**
 * POST /api/datasets/{id}/test-events: sample events in all shapes, taken in like those of any
 * client, and what became of each. sample-reports.ts says what they are made of.
 */
import type { z } from 'zod'
import type { Domain } from '../access/domains.ts'
import { domainState } from '../access/domains.ts'
import { TwofoldError } from '../errors.ts'
import { SANDBOX_PREFIX, TEST_CODE_PARAMETER, TEST_LINK_MS } from '../event/test-code.ts'
import { REQUEST_TEXT_CHARS_MAX, TEST_SAMPLES_MAX } from '../limits.ts'
import type { Context, SampleFate } from './ports.ts'
import { type Route, route } from './route.ts'
import { PURCHASE_SHAPES, type Sample, sampleOf } from './sample-reports.ts'
import {
  sampleRequestSchema,
  samplesFit,
  samplesSentSchema,
  testLinkRequestSchema,
  testLinkSchema,
} from './sample-schemas.ts'
import type { SamplesSent } from './types.ts'

export const testEventRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/datasets/{id}/test-events',
    auth: { needs: 'develop', on: 'dataset' },
    history: 'test_events.sent',
    summary: 'Send sample events in the shapes that ought to be handled',
    description:
      'They come in through the door of all events, and are only shown unless `counting` is ' +
      '`real`. Each shape is sent once for each name; shapes about orders are always a Purchase.',
    body: sampleRequestSchema,
    answer: {
      status: 200,
      description: 'What became of each, after it was stored.',
      schema: samplesSentSchema,
    },
    run: ({ id, body }, context) =>
      context.alone(`test events ${id}`, () => sendSamples(id, body, context)),
  }),
  route({
    method: 'POST',
    path: '/api/datasets/{id}/test-links',
    auth: { needs: 'develop', on: 'dataset' },
    history: null,
    summary: 'Make a code for a link to a page of the shop',
    description:
      'A visit that begins at a page with the code in its address is a test: what the browser ' +
      'reports of it carries the code for an hour. Only codes of this server are believed, and ' +
      'only until it is restarted.',
    body: testLinkRequestSchema,
    answer: { status: 200, description: 'The code.', schema: testLinkSchema },
    run: ({ id, body }, { testCodes, nowMs }) => ({
      test_event_code: testCodes.make(id, body.counting === 'real'),
      parameter: TEST_CODE_PARAMETER,
      ends: Math.floor((nowMs() + TEST_LINK_MS) / 1000),
    }),
  }),
]

type Asked = z.output<typeof sampleRequestSchema>

async function sendSamples(id: string, body: Asked, context: Context): Promise<SamplesSent> {
  const { counting } = body
  const samples = samplesOf(id, body, context)
  const code = codeOf(body)
  const reports = samples.flatMap((sample) => sample.reports)
  const sent = { dataset_id: id, reports }
  const fates = await context.samples.send({ ...sent, ...(code ? { test_event_code: code } : {}) })
  const real = counting === 'real' ? undefined : await context.samples.rehearse(sent)
  let at = 0
  return {
    counting,
    test_event_code: code ?? null,
    samples: samples.map(({ shape, event_name, reports: own }) => ({
      shape,
      event_name,
      reports: own.map(({ channel, event }) => {
        const place = at++
        const fate = fates[place]
        if (!fate) throw new TwofoldError('internal', 'A sample has no answer.')
        return {
          channel,
          event_id: String(event.event_id),
          seq: fate.seq,
          ...viewFate(fate),
          real: real?.[place] ? viewFate(real[place]) : null,
        }
      }),
    })),
  }
}

/** Throws `invalid_request` for more than anybody could look through. */
function samplesOf(id: string, body: Asked, { domains, nowMs }: Context): readonly Sample[] {
  const shapes = [...new Set(body.shapes)]
  const names = [...new Set(body.event_names)]
  if (!samplesFit(shapes.length, names.length)) {
    const asked = `${shapes.length} shapes of ${names.length} events`
    const detail = `${asked} are too many at once: at most ${TEST_SAMPLES_MAX} in all.`
    throw new TwofoldError('invalid_request', detail)
  }
  const at = nowMs()
  const page = body.page_url ?? pageOf(domains.of(id))
  const { value, currency } = body
  return shapes
    .flatMap((shape) =>
      (PURCHASE_SHAPES.includes(shape) ? names.slice(0, 1) : names).map((eventName) => ({
        shape,
        eventName,
      })),
    )
    .map((one, index) =>
      sampleOf({ ...one, id: `${at.toString(36)}${index}`, nowMs: at, page, value, currency }),
    )
}

function pageOf(domains: readonly Domain[]): string {
  const proven = domains.find((one) => domainState(one) === 'proven')
  return `https://${proven?.domain ?? 'shop.example.com'}/`
}

/** A real one gets a code only where somebody asked for it: a code can keep it from counting. */
function codeOf({ counting, test_event_code: code }: Asked): string | undefined {
  if (counting === 'real') return code
  const given = code ?? 'SAMPLES'
  return (given.startsWith(SANDBOX_PREFIX) ? given : SANDBOX_PREFIX + given).slice(
    0,
    REQUEST_TEXT_CHARS_MAX,
  )
}

function viewFate({ verdict, reason, matched_by, findings, message }: SampleFate) {
  return {
    verdict,
    reason: reason ?? null,
    matched_by: matched_by ?? null,
    findings: (findings ?? []).map(({ code, detail }) => ({ code, detail: detail ?? null })),
    message: message ?? null,
  }
}
