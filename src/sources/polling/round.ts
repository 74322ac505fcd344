/**
 * One round of questions to one platform: page after page, each written down whole before the place
 * moves on, so that a crash repeats a page and loses none. Waits as the platform wishes, within
 * bounds. Called by poller.ts.
 */
import {
  POLL_ANSWER_BYTES_MAX,
  POLL_ANSWER_MS,
  POLL_PAGES_MAX,
  POLL_TRIES_MAX,
  POLL_WAIT_MS_MAX,
} from '../../enrich-limits.ts'
import { backoffMs } from '../../relay/backoff.ts'
import type { OrderBook } from '../../store/orders.ts'
import { type Answer, type AnswerPorts, answerTo, type Unanswered } from '../platform-answer.ts'
import type { Polling, PollPage, PollPlace } from '../source.ts'
import { type Step, stepAfter } from './place.ts'
import { ordersOf, type Read, type Reading } from './polled-orders.ts'
import type { PollStatus, RoundSums } from './view.ts'

export interface RoundPorts extends AnswerPorts {
  readonly random: () => number
  readonly store: Pick<OrderBook, 'putOrders'>
}

export interface Subject extends Omit<Reading, 'sha256'> {
  readonly polling: Polling
  readonly sha256: (text: string) => string
}

export interface Progress extends Step {
  readonly sums: RoundSums
  readonly detail: string | undefined
  readonly newest: PollStatus['last_order']
}

/** Undefined: it came to its end, or to the bound of pages. */
export type Trouble = Unanswered

export const NO_SUMS: RoundSums = { pages: 0, orders: 0, added: 0, changed: 0, unread: 0 }

/** `onPage`: after each page; false ends the round. Throws what the store throws. */
export async function runRound(
  subject: Subject,
  asked: { readonly place: PollPlace; readonly onPage: (done: Progress) => Promise<boolean> },
  ports: RoundPorts,
): Promise<Trouble | undefined> {
  const { polling, settings, source } = subject
  let done: Progress = {
    ...{ place: asked.place, isMore: true, sums: NO_SUMS, detail: undefined, newest: null },
  }
  let before: string | undefined
  while (done.isMore && done.sums.pages < POLL_PAGES_MAX) {
    const answer = await patiently(polling.request(done.place, settings), source.title, ports)
    if ('detail' in answer) return answer
    const page = polling.read(answer, { place: done.place, settings })
    if (!page) {
      const detail = `${source.title} answered something else than a list of orders.`
      return { of: 'refused', detail }
    }
    if (done.place.next !== undefined && page.orders.length > 0 && answer.text === before) {
      const detail = `${source.title} answered the same page again when asked for the next one.`
      return { of: 'refused', detail }
    }
    before = answer.text
    done = await written(page, { subject, done, answer }, ports)
    if (!(await asked.onPage(done))) return undefined
    const restMs = Math.min(polling.restMs?.(answer.headers) ?? 0, POLL_WAIT_MS_MAX)
    if (done.isMore && restMs > 0) await ports.sleep(restMs, ports.signal)
  }
  return undefined
}

interface Writing {
  readonly subject: Subject
  readonly done: Progress
  readonly answer: Answer
}

async function written(
  page: PollPage,
  { subject, done, answer }: Writing,
  { store, nowMs }: RoundPorts,
): Promise<Progress> {
  const { order } = subject.polling
  const inTime = order === 'newest_first' ? page.orders.toReversed() : page.orders
  const read = ordersOf(inTime, subject)
  const put = await store.putOrders(read.orders)
  const { sums } = done
  const clockMs = Date.parse(answer.headers.get('date') ?? '')
  const clockS = Math.floor((Number.isNaN(clockMs) ? nowMs() : clockMs) / 1000)
  return {
    ...stepAfter(page, { place: done.place, order, clockS }),
    sums: {
      pages: sums.pages + 1,
      orders: sums.orders + page.orders.length,
      added: sums.added + put.added,
      changed: sums.changed + put.changed,
      unread: sums.unread + read.unread,
    },
    detail: done.detail ?? read.detail,
    newest: newestOf(read, done.newest),
  }
}

function newestOf({ orders }: Read, before: PollStatus['last_order']): PollStatus['last_order'] {
  return orders.reduce((best, { status, order_id, at_s }) => {
    const isNewer = status === 'paid' && (best === null || at_s > best.at_s)
    return isNewer ? { order_id, at_s } : best
  }, before)
}

/** Again, as long as the platform is only busy and does not wish for more time than a round has. */
async function patiently(
  ask: Parameters<typeof answerTo>[0],
  title: string,
  ports: RoundPorts,
): Promise<Answer | Trouble> {
  const bounds = { title, withinMs: POLL_ANSWER_MS, bytesMax: POLL_ANSWER_BYTES_MAX }
  for (let attempts = 0; ; attempts++) {
    const answer = await answerTo(ask, bounds, ports)
    if ('text' in answer) return answer
    const { of, afterMs = 0 } = answer
    const isOver = attempts + 1 >= POLL_TRIES_MAX || afterMs > POLL_WAIT_MS_MAX
    if (of !== 'platform' || isOver || ports.signal.aborted) return answer
    await ports.sleep(Math.ceil(backoffMs({ attempts, afterMs }, ports.random)), ports.signal)
  }
}
