/**
 * A small collector for tests of the pixel alone: serves pages and the built script with settings,
 * and records what arrives at /e. It can refuse, and go down and come back on the same port. A test
 * tool; the real server meets the real pixel in pixel-server.test.ts.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bundlePixel } from '../../scripts/build-pixel.ts'
import type {
  PixelBody,
  PixelDatasetSettings,
  PixelEvent,
  PixelSettings,
} from '../../src/event/pixel-wire.ts'

export const DATASET = '1001'
export const OTHER_DATASET = '2002'

export const DEFAULTS: PixelDatasetSettings = {
  auto_matching: false,
  first_party_cookies: true,
  gpc: 'limit',
  replay_revoked: true,
  builder_forms: true,
}

export interface Page {
  readonly body: string
  readonly headers?: Record<string, string>
}

let script: Promise<string> | undefined

export class Recorder {
  /** Every event that arrived, those refused by `status` too, in order. */
  readonly events: PixelEvent[] = []
  readonly bodies: PixelBody[] = []
  readonly contentTypes: (string | undefined)[] = []
  /** What /e answers. */
  status = 200
  /** How long p.js takes, and how long the answer of /e. */
  scriptDelayMs = 0
  answerDelayMs = 0
  settings: Partial<PixelDatasetSettings> = {}
  /** Where the pixel is told to report; the recorder itself if undefined. */
  endpoint: string | undefined
  datasets: readonly string[] = [DATASET]
  readonly pages = new Map<string, Page>()
  port = 0
  #server: Server | undefined

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async open(): Promise<void> {
    script ??= bundlePixel()
    const text = await script
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', this.url)
      if (pathname === '/p.js') {
        setTimeout(
          () => send(response, { body: this.fill(text), type: 'text/javascript' }),
          this.scriptDelayMs,
        )
      } else if (pathname === '/e') {
        let body = ''
        request.setEncoding('utf8')
        request.on('data', (chunk) => {
          body += chunk
        })
        request.on('end', () => {
          this.contentTypes.push(request.headers['content-type'])
          this.#record(body, response, request.headers.origin)
        })
      } else {
        const page = this.pages.get(pathname)
        send(response, { body: page?.body ?? '', status: page ? 200 : 404, headers: page?.headers })
      }
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.address() as AddressInfo).port
  }

  /** Refuses connections from now on; `open` brings the same port back. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  fill(text: string): string {
    const one = { ...DEFAULTS, ...this.settings }
    const settings: PixelSettings = {
      endpoint: this.endpoint ?? this.url,
      datasets: Object.fromEntries(this.datasets.map((id) => [id, one])),
      defaults: one,
    }
    return text.replace('__TWOFOLD_SETTINGS__', () => JSON.stringify(settings))
  }

  async script(): Promise<string> {
    script ??= bundlePixel()
    return this.fill(await script)
  }

  /** Resolves when `enough` holds of what arrived; fails loudly with what did arrive. */
  async until(
    enough: (events: readonly PixelEvent[]) => boolean,
    withinMs = 15_000,
  ): Promise<void> {
    const endMs = Date.now() + withinMs
    while (!enough(this.events)) {
      if (Date.now() > endMs) {
        throw new Error(
          `not within ${withinMs} ms; arrived: ${this.names().join(', ') || 'nothing'}`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  names(): string[] {
    return this.events.map((event) => event.event_name)
  }

  #record(text: string, response: ServerResponse, origin: string | undefined): void {
    const body = JSON.parse(text) as PixelBody
    this.bodies.push(body)
    this.events.push(...body.events)
    const headers = {
      'access-control-allow-origin': origin ?? '*',
      'access-control-allow-credentials': 'true',
    }
    const { status } = this
    setTimeout(() => send(response, { body: '{}', status, headers }), this.answerDelayMs)
  }
}

interface Answer {
  readonly body: string
  readonly type?: string
  readonly status?: number
  readonly headers?: Record<string, string> | undefined
}

function send(
  response: ServerResponse,
  { body, type = 'text/html', status = 200, headers }: Answer,
) {
  response.writeHead(status, { 'content-type': `${type};charset=utf-8`, ...headers })
  response.end(body)
}

/** Meta's base code as its documentation prints it, word for word, with `src` in place of its own. */
export const baseCode = (src = 'https://connect.facebook.net/en_US/fbevents.js'): string =>
  `!function(f,b,e,v,n,t,s)
{if(f.fbq)return;n=f.fbq=function(){n.callMethod?
n.callMethod.apply(n,arguments):n.queue.push(arguments)};
if(!f._fbq)f._fbq=n;n.push=n;n.loaded=!0;n.version='2.0';
n.queue=[];t=b.createElement(e);t.async=!0;
t.src=v;s=b.getElementsByTagName(e)[0];
s.parentNode.insertBefore(t,s)}(window, document,'script',
'${src}');`

/** A page with `head` scripts; each entry is a tag or the text of an inline script. */
export const html = (...parts: string[]): string =>
  `<!doctype html><title>Shop</title>${parts
    .map((part) => (part.startsWith('<') ? part : `<script>${part}</script>`))
    .join('\n')}<h1>Shop</h1>`
