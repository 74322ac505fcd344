/**
 * GET /api/datasets/{id}/live: server-sent events, one `leg` per committed leg. The id of each is
 * its seq, so a listener that comes back gets what it missed. One that cannot keep up is sent away
 * (`lagged`) instead of filling the memory: it reads on from its last seq.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Leg } from '../event/shape.ts'
import { LIVE_BACKLOG_MAX, LIVE_CHUNK_LEGS, LIVE_HEARTBEAT_MS, LIVE_REPLAY_MAX } from '../limits.ts'
import { viewLeg } from './events.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'
import { legSchema, liveQuerySchema } from './schemas.ts'

export const liveRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/live',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'Watch legs arrive (server-sent events)',
    description:
      'One event named `leg` per committed leg of any verdict, its id the seq. `skipped` ' +
      '({"count"}) tells of legs too far back to be sent again, `lagged` ends a stream whose reader ' +
      'is too slow: connect again with Last-Event-ID. Comments keep the connection alive.',
    query: liveQuerySchema,
    answer: {
      status: 200,
      description: 'A stream without end; the data of each event named leg is this.',
      type: 'text/event-stream',
      schema: legSchema,
    },
    run: async ({ id, query, request, reply, mayStill }, context) => {
      const after = lastSeen(request) ?? query.after
      const code = query.test_event_code
      const wanted = (leg: Leg): boolean =>
        code === undefined || leg.envelope.test_event_code === code
      const stream = openStream(reply, context, mayStill)
      try {
        // Subscribed before the replay is read: what is committed meanwhile waits in the stream.
        const stop = context.live.subscribe(id, (leg) => {
          if (wanted(leg)) stream.push(leg)
        })
        stream.begin(stop)
        await stream.replay(after === undefined ? [] : missed(context, id, after), wanted)
      } catch (error) {
        if (!reply.sent) throw error
        request.log.warn({ err: error }, 'a live stream ended early')
        stream.end()
      }
      return reply
    },
  }),
]

interface Stream {
  /** Sends the headers: from here on errors end the stream instead of being answered. */
  begin(stop: () => void): void
  push(leg: Leg): void
  replay(parts: readonly Part[] | AsyncIterable<Part>, wanted: (leg: Leg) => boolean): Promise<void>
  end(): void
}

type Part = readonly Leg[] | { readonly skipped: number }

/** `mayStill` is asked before every write: who was removed or signed out gets nothing more. */
function openStream(reply: FastifyReply, context: Context, mayStill: () => boolean): Stream {
  const { raw } = reply
  const endings: (() => void)[] = []
  const waiting: Leg[] = []
  let sentSeq = 0
  /** Neither replaying nor waiting for a slow reader. */
  let flowing = false
  let ended = false

  const end = (): void => {
    if (ended) return
    ended = true
    for (const run of endings) run()
    raw.end()
  }
  const flush = async (): Promise<void> => {
    if (!flowing) return
    flowing = false
    while (waiting.length > 0 && !ended) {
      if (!mayStill()) return end()
      const legs = waiting.splice(0, LIVE_CHUNK_LEGS).filter((leg) => leg.seq > sentSeq)
      sentSeq = legs.at(-1)?.seq ?? sentSeq
      if (!raw.write(legs.map(eventOf).join(''))) await drained(raw)
    }
    flowing = true
  }

  return {
    begin: (stop) => {
      reply.hijack()
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        // The connection ends with the stream, so that it cannot hold up a stop.
        connection: 'close',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      })
      raw.write('retry: 1000\n\n')
      context.streams.add(end)
      const beat = (): void => {
        if (mayStill()) raw.write(':\n\n')
        else end()
      }
      endings.push(stop, () => context.streams.delete(end))
      endings.push(context.every(LIVE_HEARTBEAT_MS, beat))
      raw.on('close', end).on('error', end)
      if (raw.destroyed) end()
    },
    push: (leg) => {
      waiting.push(leg)
      // The legs of one commit arrive in one go and leave in one write.
      if (waiting.length === 1) queueMicrotask(flush)
      if (waiting.length <= LIVE_BACKLOG_MAX) return
      raw.write('event: lagged\ndata: {}\n\n')
      end()
    },
    replay: async (parts, wanted) => {
      for await (const part of parts) {
        if (ended) return
        if (!mayStill()) return end()
        if ('skipped' in part) {
          raw.write(`event: skipped\ndata: {"count":${part.skipped}}\n\n`)
          continue
        }
        sentSeq = part.at(-1)?.seq ?? sentSeq
        if (!raw.write(part.filter(wanted).map(eventOf).join(''))) await drained(raw)
      }
      flowing = true
      await flush()
    },
    end,
  }
}

/** What was committed after `after`: the newest LIVE_REPLAY_MAX legs, in a bounded read. */
async function* missed({ store }: Context, id: string, after: number): AsyncGenerator<Part> {
  const next = (await store.load([], [id])).nextSeq.get(id) ?? 1
  const from = Math.max(after + 1, next - LIVE_REPLAY_MAX)
  if (from > after + 1) yield { skipped: from - after - 1 }
  if (from >= next) return
  for await (const legs of store.scan(id, from)) yield legs
}

function eventOf(leg: Leg): string {
  return `id: ${leg.seq}\nevent: leg\ndata: ${JSON.stringify(viewLeg(leg))}\n\n`
}

function lastSeen(request: FastifyRequest): number | undefined {
  const id = request.headers['last-event-id']
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined
}

/** Until the reader has taken what was written, or has gone. */
function drained(raw: ServerResponse): Promise<void> {
  if (raw.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done).off('close', done)
      resolve()
    }
    raw.on('drain', done).on('close', done)
  })
}
