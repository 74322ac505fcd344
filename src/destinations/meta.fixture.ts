/** For the tests of the Meta destination: events, and a scripted server in Meta's place. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServerEvent, UserData } from '../event/shape.ts'
import type { OutboundEvent, SendPorts } from './destination.ts'
import { type MetaSettings, metaSettingsSchema } from './meta-settings.ts'

export const TOKEN = 'EAABsecretTOKEN0123456789'

export function settingsFor(url: string, more: Partial<MetaSettings> = {}): MetaSettings {
  return metaSettingsSchema.parse({
    dataset_id: '1234567890',
    access_token: TOKEN,
    base_url: url,
    ...more,
  })
}

export function outbound(place: number, more: Partial<ServerEvent<UserData>> = {}): OutboundEvent {
  return {
    key: `5550001:${place + 1}`,
    event: {
      event_name: 'Lead',
      event_time: 1_800_000_000,
      action_source: 'website',
      user_data: { external_id: ['a'.repeat(64)] as never },
      ...more,
      event_id: `e-${place}`,
    },
    envelope: {
      dataset_id: '5550001',
      channel: 'browser',
      via: 'pixel',
      received_at_ms: 1_800_000_000_500,
      test_event_code: 'TWOFOLD1',
      consent: { state: 'granted', signal: 'fbq' },
      browser: { title: 'Title of the page', mode: 'replace' },
    },
  }
}

export const outbounds = (n: number): OutboundEvent[] =>
  Array.from({ length: n }, (_, place) => outbound(place))

export function portsOf(more: Partial<SendPorts> = {}): SendPorts {
  return {
    fetch,
    nowMs: () => Date.parse('2026-11-28T12:00:00Z'),
    signal: new AbortController().signal,
    random: () => 0.5,
    ...more,
  }
}

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: { data: { event_id: string }[]; [key: string]: unknown }
}

export interface Script {
  readonly status?: number
  readonly headers?: Record<string, string>
  /** JSON, or text as it is. */
  readonly body?: unknown
}

export type Answerer = (seen: Seen, response: ServerResponse) => Script | undefined

export const received = (n: number): Script => ({
  body: { events_received: n, messages: [], fbtrace_id: 'Atrace' },
})

export const graphError = (error: Record<string, unknown>, status = 400): Script => ({
  status,
  body: { error: { message: 'Invalid parameter', type: 'OAuthException', ...error } },
})

export interface Stage {
  readonly url: string
  readonly seen: Seen[]
  /** What the next requests are answered; undefined: the answerer does it all by itself. */
  answer: Answerer
  close(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const body = JSON.parse(Buffer.concat(chunks).toString() || '{}')
      const one: Seen = { method, url, headers, body }
      stage.seen.push(one)
      const script = stage.answer(one, response)
      if (!script) return
      const { status = 200, headers: extra = {}, body: out = '' } = script
      response.writeHead(status, extra)
      response.end(typeof out === 'string' ? out : JSON.stringify(out))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const stage: Stage = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    answer: ({ body }) => received(body.data.length),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
  return stage
}
