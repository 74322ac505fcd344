/** The APIs of platforms on a free port: says what a test wants it to say, and notes what came. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Said {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

export interface Came {
  readonly line: string
  readonly token: string | undefined
  readonly body: string
}

export interface PlatformApi {
  readonly url: string
  /** In the order they came. */
  readonly came: Came[]
  /** By `GET /path`, without the query. A missing one is 404; `hangs` never answers. */
  readonly says: Map<string, Said | 'hangs'>
  /** Tokens that are no longer valid: 401, whatever is asked. */
  readonly ended: Set<string>
  close(): Promise<void>
}

export async function startPlatformApi(): Promise<PlatformApi> {
  const came: Came[] = []
  const says = new Map<string, Said | 'hangs'>()
  const ended = new Set<string>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const line = `${request.method} ${request.url?.split('?')[0]}`
    const { authorization, 'x-auth-token': token } = request.headers
    came.push({ line, token: authorization ?? String(token), body })
    const isOver = ended.has(authorization ?? String(token))
    const said = isOver ? { status: 401 } : (says.get(line) ?? { status: 404 })
    if (said === 'hangs') return
    response.writeHead(said.status ?? 200, said.headers)
    response.end(said.json === undefined ? '' : JSON.stringify(said.json))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came,
    says,
    ended,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
