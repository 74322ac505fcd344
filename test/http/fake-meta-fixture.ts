/** The stand-in on a free port with a clock that the test moves, and the shortest ways to ask it. */
import {
  type FakeMeta,
  type FakeMetaOptions,
  startFakeMeta,
} from '../../src/fake-meta/fake-meta.ts'

export const DATASET = '123'
export const TOKEN = 'EAABtest'
export const HASH = 'b'.repeat(64)

export interface Standin extends FakeMeta {
  /** Moves the clock. */
  pass(ms: number): void
  /** Milliseconds that slow answers were told to wait. */
  readonly slept: number[]
  nowS(): number
  event(more?: object): Record<string, unknown>
  send(events: readonly unknown[], more?: object): Promise<Reply>
  ask<T = Record<string, unknown>>(method: string, path: string, body?: object): Promise<T>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
  /** The error object, empty where there is none. */
  readonly error: Record<string, unknown>
}

export async function startStandin(options: Partial<FakeMetaOptions> = {}): Promise<Standin> {
  let clockMs = 1_800_000_000_000
  const slept: number[] = []
  const fake = await startFakeMeta({
    port: 0,
    datasetId: DATASET,
    token: TOKEN,
    nowMs: () => clockMs,
    random: () => 0.5,
    sleep: async (ms) => void slept.push(ms),
    ...options,
  })
  const nowS = (): number => Math.floor(clockMs / 1000)
  return {
    ...fake,
    slept,
    nowS,
    pass: (ms) => {
      clockMs += ms
    },
    event: (more = {}) => ({
      event_name: 'Lead',
      event_time: nowS(),
      action_source: 'website',
      user_data: { em: HASH },
      ...more,
    }),
    send: async (events, more = {}) =>
      replyOf(
        await fetch(`${fake.url}/v25.0/${DATASET}/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ access_token: TOKEN, data: events, ...more }),
        }),
      ),
    ask: async <T>(method: string, path: string, body?: object) => {
      const init = body ? { method, body: JSON.stringify(body) } : { method }
      return (await (await fetch(fake.url + path, init)).json()) as T
    },
  }
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {}
  const error = (body.error ?? {}) as Record<string, unknown>
  return { status: response.status, headers: response.headers, body, error }
}
