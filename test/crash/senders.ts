/**
 * Shops that never give up, for the crash tests: half are pixels with one event a request, half are
 * servers with a batch. What was not acknowledged is sent again, with the same ids.
 */
import { ADMIN_TOKEN, type Program } from '../../bench/program.ts'

export interface CrashDataset {
  readonly dataset_id: string
  readonly access_token: string
}

export class Senders {
  /** Ids of events that a server said it has. */
  readonly acknowledged = new Set<string>()
  /** Requests that had to be sent again. */
  repeated = 0
  readonly #dataset: CrashDataset
  readonly #next: number[]
  /** The request of each that was sent but not acknowledged. */
  readonly #open: (readonly string[] | undefined)[]

  constructor(dataset: CrashDataset, n: number) {
    this.#dataset = dataset
    this.#next = Array.from({ length: n }, () => 0)
    this.#open = Array.from({ length: n }, () => undefined)
  }

  /** All at once, until the server is gone. */
  async sendUntilGone(server: Program): Promise<void> {
    await Promise.all(
      this.#next.map(async (_, index) => {
        while (await this.sendOnce(server, index));
      }),
    )
  }

  /** What is still open, until all of it is acknowledged. */
  async finish(server: Program): Promise<void> {
    for (const index of this.#next.keys()) {
      if (this.#open[index] && !(await this.sendOnce(server, index))) {
        throw new Error('a server that runs refused a repeated request')
      }
    }
  }

  async sendOnce(server: Program, index: number): Promise<boolean> {
    const open = this.#open[index]
    if (open) this.repeated += 1
    const ids = open ?? this.#newIds(index)
    this.#open[index] = ids
    if (!(await post(server, this.#dataset, index, ids))) return false
    for (const id of ids) this.acknowledged.add(id)
    this.#open[index] = undefined
    return true
  }

  #newIds(index: number): string[] {
    const size = isPixel(index) ? 1 : 1 + Math.floor(Math.random() * 200)
    return Array.from({ length: size }, () => {
      const next = this.#next[index] ?? 0
      this.#next[index] = next + 1
      return `s${index}-${next}`
    })
  }
}

const isPixel = (index: number): boolean => index % 2 === 0

/** True once acknowledged; false when the server died or answered anything else. */
async function post(
  server: Program,
  { dataset_id, access_token }: CrashDataset,
  ...[index, ids]: [number, readonly string[]]
): Promise<boolean> {
  const events = ids.map((event_id) => ({
    event_name: 'Purchase',
    event_time: Math.floor(Date.now() / 1000),
    event_id,
    action_source: 'website',
    event_source_url: 'https://shop.example.com/thanks',
    user_data: { fbp: `fb.1.1700000000000.${index}`, client_user_agent: 'Mozilla/5.0 Chrome/140' },
    custom_data: { value: 9.9, currency: 'EUR', order_id: `order-${event_id}` },
  }))
  const url = isPixel(index)
    ? `${server.url}/e`
    : `${server.url}/v24.0/${dataset_id}/events?access_token=${access_token}`
  const body = isPixel(index)
    ? { sent_at: Date.now(), events: events.map((event) => ({ dataset_id, ...event })) }
    : { data: events }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': isPixel(index) ? 'text/plain' : 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { events_received?: number }
    return response.status === 200 && answer.events_received === ids.length
  } catch {
    return false
  }
}

export async function acceptedIds(server: Program, datasetId: string): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  do {
    const page = await api<{ events: { event_id: string }[]; next_cursor?: string | null }>(
      server,
      `/api/datasets/${datasetId}/events?limit=1000${cursor && `&cursor=${cursor}`}`,
    )
    ids.push(...page.events.map((event) => event.event_id))
    cursor = page.next_cursor ?? ''
  } while (cursor)
  return ids
}

export async function api<T>(server: Program, path: string, body?: unknown): Promise<T> {
  const response = await fetch(server.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
