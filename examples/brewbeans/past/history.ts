/**
 * The past of the shop, made up from a seed: every request that its visitors' browsers and its own
 * server sent, in the order of time, and the truth behind them. The same seed, days and end give
 * the same past. Nothing is stored here: src/demo-load.ts sends it through the doors.
 */
import { COFFEES } from '../catalogue.ts'
import { dayShares } from './calendar.ts'
import { crawl } from './crawlers.ts'
import { CRAWLERS } from './devices.ts'
import { type Dice, diceOf, timesOf } from './dice.ts'
import { DAY_MS, FAULTY, type Faults, type Period, periodsOf } from './faults.ts'
import { addressOf, People, type Visitor } from './people.ts'
import { type Report, Telling, type TellingPorts } from './tellings.ts'
import { add, type Truth, TruthBook } from './truth.ts'
import { SITE, type Step, visitOf } from './visit.ts'

export interface HistoryOptions {
  readonly seed: number
  /** Whole days (UTC) before the one of `endMs`; what there is of that day comes on top. */
  readonly days: number
  /** Nothing arrives at or after it. */
  readonly endMs: number
  readonly sessionsPerDay?: number
  readonly ordersPerDay?: number
  readonly faults?: Faults
}

export interface History {
  readonly startMs: number
  readonly periods: readonly Period[]
  /** In the order of arrival. To be read once, to the end. */
  readonly reports: Iterable<Report>
  /** Whole once every report was read. */
  readonly truth: () => Truth
  /** The shop's own books: every sale to a person. Whole once every report was read. */
  readonly orders: () => readonly PastOrder[]
}

export interface PastOrder {
  readonly orderId: string
  readonly atMs: number
  readonly minor: number
  readonly currency: string
  readonly email: string | undefined
}

const SESSIONS_PER_DAY = 1500
const ORDERS_PER_DAY = 40

export function history(options: HistoryOptions): History {
  const past = new Past(options)
  return {
    ...{ startMs: past.startMs, periods: past.periods },
    ...{ reports: past.reports(), truth: past.truth },
    orders: () => past.sold,
  }
}

class Past {
  readonly startMs: number
  readonly periods: readonly Period[]
  readonly #options: HistoryOptions
  readonly #faults: Faults
  readonly #people: People
  readonly #book: TruthBook
  readonly #dice: Dice
  /** What arrives on each day, as far as it was made. */
  readonly #arriving = new Map<number, Report[]>()
  readonly sold: PastOrder[] = []
  #visits = 0
  #orders = 0
  #done = false

  constructor(options: HistoryOptions) {
    const { seed, days, endMs, faults = FAULTY } = options
    this.startMs = Math.floor(endMs / DAY_MS) * DAY_MS - days * DAY_MS
    this.#options = options
    this.#faults = faults
    this.#people = new People(faults)
    this.#book = new TruthBook(this.startMs)
    this.periods = periodsOf(faults, { startMs: this.startMs, endMs, days })
    this.#dice = diceOf(seed, 'past')
  }

  /** A visit reports nothing before it begins, so a day is whole once its visits are made. */
  *reports(): Generator<Report> {
    const { days } = this.#options
    for (let day = 0; day <= days; day++) {
      this.#makeDay(day)
      const arriving = this.#arriving.get(day) ?? []
      this.#arriving.delete(day)
      yield* arriving.sort((a, b) => a.atMs - b.atMs)
    }
    this.#done = true
  }

  readonly truth = (): Truth => {
    if (!this.#done) throw new Error('the truth of a history is known once it was read to its end')
    const { seed, endMs } = this.#options
    return this.#book.truth({ seed, endMs, periods: this.periods })
  }

  /** One after the other, each with dice of its own: what comes later never changes what came. */
  #makeDay(day: number): void {
    const { sessionsPerDay = SESSIONS_PER_DAY, endMs } = this.#options
    const { bots, testVisits } = this.#faults
    const dice = this.#dice.split(`day${day}`)
    const dayMs = this.startMs + day * DAY_MS
    const { ofWeek, momentIn } = dayShares(dice, dayMs)
    const times = (mean: number, begin: (dice: Dice, atMs: number) => void) =>
      Array.from({ length: timesOf(dice, mean) }, () => ({ atMs: dayMs + momentIn(), begin }))
    const visits = [
      ...times(sessionsPerDay * ofWeek, this.#visit),
      ...times(testVisits, this.#test),
      ...times(sessionsPerDay * bots, this.#crawl),
    ].sort((a, b) => a.atMs - b.atMs)
    for (const { atMs, begin } of visits) {
      if (atMs >= endMs) return
      this.#visits += 1
      begin(this.#dice.split(`visit${this.#visits}`), atMs)
    }
  }

  readonly #visit = (dice: Dice, atMs: number): void => {
    const visitor = this.#people.come(dice, atMs)
    const day = this.#book.day(atMs)
    day.sessions += 1
    if (visitor.consent === 'refused') day.refused_sessions += 1
    if (visitor.blocks) day.blocked_sessions += 1
    if (visitor.gpc) day.gpc_sessions += 1
    if (visitor.hidesIp) day.hidden_ip_sessions += 1
    this.#tell(dice, visitor, atMs)
  }

  readonly #test = (dice: Dice, atMs: number): void => {
    this.#book.day(atMs).test_sessions += 1
    this.#tell(dice, this.#people.developer(dice, atMs), atMs)
  }

  readonly #crawl = (dice: Dice, atMs: number): void => {
    this.#book.day(atMs).crawler_sessions += 1
    const urls = Array.from(
      { length: dice.whole(1, 6) },
      () => `${SITE}/coffee/${dice.one(COFFEES).slug}`,
    )
    const agent = dice.one(CRAWLERS)
    crawl({ agent, ip: addressOf(dice), startMs: atMs, urls }, this.#ports(dice))
  }

  #tell(dice: Dice, visitor: Visitor, atMs: number): void {
    const { sessionsPerDay = SESSIONS_PER_DAY, ordersPerDay = ORDERS_PER_DAY } = this.#options
    const steps = visitOf(visitor, atMs, {
      ...{ dice, people: this.#people, nextOrderId: this.#nextOrderId },
      buyShare: (BASKETS_PER_ORDER * ordersPerDay) / sessionsPerDay,
      personalUrls: this.#faults.personalUrls,
      oldProductIds: this.#faults.oldProductIds,
    })
    if (!visitor.isDeveloper) this.#enterOrders(steps, visitor)
    new Telling(visitor, steps, this.#ports(dice)).tell()
  }

  /** Into the shop's own books. */
  #enterOrders(steps: readonly Step[], { customer }: Visitor): void {
    for (const { atMs, orderId, money } of steps) {
      if (orderId === undefined || !money || atMs >= this.#options.endMs) continue
      const day = this.#book.day(atMs)
      day.orders += 1
      add(day.revenue_minor, money.currency, money.minor)
      this.sold.push({ orderId, atMs, ...money, email: customer?.email })
    }
  }

  #ports(dice: Dice): TellingPorts {
    return {
      ...{ dice, faults: this.#faults, periods: this.periods, book: this.#book },
      endMs: this.#options.endMs,
      nextId: this.#idsOf(this.#visits),
      send: this.#send,
    }
  }

  readonly #send = (report: Report): void => {
    const day = Math.floor((report.atMs - this.startMs) / DAY_MS)
    const arriving = this.#arriving.get(day)
    if (arriving) arriving.push(report)
    else this.#arriving.set(day, [report])
  }

  #idsOf(visit: number): () => string {
    let made = 0
    return () => {
      made += 1
      return `e${this.#options.seed}-${visit.toString(36)}-${made}`
    }
  }

  /** Shaped unlike those of the open shop, so that no later order can look like one of these. */
  readonly #nextOrderId = (): string => {
    this.#orders += 1
    return `BB-${this.#options.seed}-${100_000 + this.#orders}`
  }
}

/** Baskets per sale and those who see a product, as visit.ts makes them (measured over 60 days). */
const BASKETS_PER_ORDER = 4.65
