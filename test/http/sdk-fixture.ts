/** What the tests of the SDK share: a client of a running server, and what the server has. */
import type { EventsAnswer, Summary } from '../../src/api/types.ts'
import { createTwofold, type Twofold } from '../../src/sdk/client.ts'
import type { TwofoldOptions } from '../../src/sdk/options.ts'
import type { TwofoldProblem } from '../../src/sdk/problem.ts'
import type { TestServer } from '../start.ts'

export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36'

/** What a browser says when it loads a page. */
export const LOADS = { 'user-agent': BROWSER, 'sec-fetch-dest': 'document', accept: 'text/html' }

export interface Shop {
  readonly datasetId: string
  readonly twofold: Twofold
  readonly problems: readonly TwofoldProblem[]
  stored(): Promise<EventsAnswer['events']>
  summary(): Promise<Summary>
}

export async function openShop(
  server: TestServer,
  options: Partial<TwofoldOptions> = {},
): Promise<Shop> {
  const { dataset_id, access_token } = await server.createDataset()
  const problems: TwofoldProblem[] = []
  const twofold = createTwofold({
    url: server.url,
    dataset: dataset_id,
    token: access_token,
    gatherMs: 10,
    onError: (problem) => void problems.push(problem),
    ...options,
  })
  const path = `/api/datasets/${dataset_id}`
  return {
    datasetId: dataset_id,
    twofold,
    problems,
    stored: async () => (await server.api<EventsAnswer>('GET', `${path}/events`)).events,
    summary: () => {
      const nowS = Math.floor(Date.now() / 1000)
      return server.api<Summary>('GET', `${path}/summary?from=${nowS - 3600}&to=${nowS + 60}`)
    },
  }
}

/** What the pixel of a page sends. */
export function hit(event: Record<string, unknown>): string {
  const event_time = Math.floor(Date.now() / 1000)
  const all = { dataset_id: '1', event_time, user_data: {}, ...event }
  return JSON.stringify({ sent_at: Date.now(), events: [all] })
}
