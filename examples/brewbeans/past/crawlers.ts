/** Crawlers that open pages of the shop, entered into the truth. Used by history.ts. */
import { timesOf } from './dice.ts'
import type { TellingPorts } from './tellings.ts'

const CRAWLER = { agent: 'crawler', cause: undefined, visitor: {} }

/** Pages that a crawler opens, all of them from the same place. */
export function crawl(
  {
    agent,
    ip,
    startMs,
    urls,
  }: { agent: string; ip: string; startMs: number; urls: readonly string[] },
  { dice, book, endMs, nextId, send }: TellingPorts,
): void {
  let atMs = startMs
  for (const url of urls) {
    atMs += 300 + timesOf(dice, 2000)
    if (atMs >= endMs) return
    const event = {
      ...{ event_name: 'PageView', event_time: Math.floor(atMs / 1000), event_id: nextId() },
      ...{ event_source_url: url, user_data: {}, custom_data: {} },
    }
    const request = { atMs, sentAtMs: atMs, ip, agent, gpc: false, page: url, testCode: undefined }
    send({ side: 'browser', ...request, events: [event] })
    book.fault(atMs, 'crawler_reports')
    const ends = { verdict: 'dropped', reason: 'bot' } as const
    book.settle([{ side: 'browser', atMs, name: 'PageView', ends }], CRAWLER)
  }
}
