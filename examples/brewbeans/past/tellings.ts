/**
 * Who tells of a visit, and how badly: its steps become requests of the browser and of the shop's
 * server, with the faults that strike on the way. Every report is entered into the truth here.
 */
import type { Dice } from './dice.ts'
import { type Faults, HOUR_MS, type Period } from './faults.ts'
import { addressOf, type Visitor } from './people.ts'
import type { Leg, LossCause, TruthBook } from './truth.ts'
import { add } from './truth.ts'
import type { Money, Step } from './visit.ts'

/** As a client sends it: nothing of it is checked yet. */
export type WireEvent = { readonly [key: string]: unknown }

/** A body of the pixel. */
export interface BrowserReport {
  readonly side: 'browser'
  readonly atMs: number
  /** By the visitor's clock. */
  readonly sentAtMs: number
  readonly ip: string
  readonly agent: string
  readonly gpc: boolean
  readonly page: string
  readonly events: WireEvent[]
  readonly testCode: string | undefined
}

/** A request of the shop's server. */
export interface ServerReport {
  readonly side: 'server'
  readonly atMs: number
  readonly events: readonly WireEvent[]
  readonly testCode: string | undefined
}

export type Report = BrowserReport | ServerReport

export interface TellingPorts {
  readonly dice: Dice
  readonly faults: Faults
  readonly periods: readonly Period[]
  readonly endMs: number
  readonly book: TruthBook
  readonly nextId: () => string
  readonly send: (report: Report) => void
}

const TEST_CODE = 'TEST20417'
const DAYS_TOO_LATE_MS = 8 * 24 * HOUR_MS
/** Of the names that are told by both sides, those of which a visit has only a few. */
const CONVERSIONS: ReadonlySet<string> = new Set([
  'AddToCart',
  'InitiateCheckout',
  'Purchase',
  'Lead',
])

/** How the two reports of one step differ from what they should be. */
interface Plan {
  readonly browserId: string | undefined
  readonly serverId: string | undefined
  readonly hidesOrder: boolean
  readonly serverDelayMs: number
}

/** A report of the browser, as it was sent and as the truth has it. */
interface Told {
  readonly report: BrowserReport
  readonly told: WireEvent
  readonly leg: Leg
}

/** A request of the browser while it is put together. */
interface Load {
  readonly cause: LossCause | undefined
  readonly report: BrowserReport
}

export class Telling {
  readonly #visitor: Visitor
  readonly #steps: readonly Step[]
  readonly #ports: TellingPorts
  readonly #loads = new Map<number, Load>()

  constructor(visitor: Visitor, steps: readonly Step[], ports: TellingPorts) {
    this.#visitor = visitor
    this.#steps = steps.filter(({ atMs }) => atMs < ports.endMs)
    this.#ports = ports
  }

  tell(): void {
    for (const step of this.#steps) this.#step(step)
    for (const { cause, report } of this.#loads.values()) {
      if (!cause && report.atMs < this.#ports.endMs) this.#ports.send(report)
    }
  }

  #step(step: Step): void {
    const { book, endMs } = this.#ports
    const load = this.#loadOf(step)
    const plan = this.#planOf(step)
    const serverDown = this.#isIn('server_down', step.atMs)
    const legs: Leg[] = []
    if (!load.cause) legs.push(...this.#browserLegs(step, plan, load))
    if (step.onServer && !serverDown) legs.push(...this.#serverLegs(step, plan))
    const arrived = legs.filter(({ atMs }) => atMs < endMs).sort((a, b) => a.atMs - b.atMs)
    if (!this.#visitor.isDeveloper) {
      const tally = book.name(step.atMs, step.name)
      tally.actions += 1
      if (load.cause) add(tally.browser_lost as Record<string, number>, load.cause, 1)
      if (step.onServer && serverDown) tally.server_lost += 1
      if (arrived.some(({ side }) => side === 'browser')) tally.browser_saw += 1
      if (arrived.some(({ side }) => side === 'server')) tally.server_saw += 1
      this.#compareIds(step, plan, arrived)
    } else book.fault(step.atMs, 'test_reports', arrived.length)
    for (const { atMs, ends } of arrived) {
      if (!ends) book.fault(atMs, 'unknown_product_ids', step.unknownIds ?? 0)
    }
    const visitor = this.#visitor
    book.settle(arrived, { agent: visitor.device.family, cause: load.cause, visitor })
  }

  #compareIds({ atMs, name, onServer }: Step, plan: Plan, arrived: readonly Leg[]): void {
    if (!onServer || new Set(arrived.map(({ side }) => side)).size < 2) return
    const { browserId, serverId } = plan
    const how =
      browserId === undefined || serverId === undefined
        ? 'missing'
        : browserId === serverId
          ? 'shared'
          : 'different'
    this.#ports.book.fault(atMs, `ids_${how}`)
    if (name === 'Purchase') this.#ports.book.fault(atMs, `purchase_ids_${how}`)
  }

  #planOf(step: Step): Plan {
    const { dice, faults, nextId } = this.#ports
    const id = step.orderId === undefined ? nextId() : `purchase:${step.orderId}`
    const late = dice.chance(faults.serverLate)
    const tooLate = dice.chance(faults.serverTooLate)
    const lateMs = tooLate ? DAYS_TOO_LATE_MS : late ? dice.whole(35 * 60_000, 30 * HOUR_MS) : 0
    const plan = {
      ...{ browserId: id, serverId: id, hidesOrder: false },
      serverDelayMs: lateMs + dice.whole(20, 4000),
    }
    if (!CONVERSIONS.has(step.name)) return plan
    if (dice.chance(faults.otherId)) {
      const hidesOrder = step.name === 'Purchase' && dice.chance(faults.noOrderId)
      return { ...plan, serverId: `s-${id}`, hidesOrder }
    }
    // Without ids only the person tells which two belong together: it must be clear which.
    const isOnlyOne = this.#steps.filter(({ name }) => name === step.name).length === 1
    if (!this.#visitor.once || !isOnlyOne) return plan
    if (dice.chance(faults.noBrowserId)) return { ...plan, browserId: undefined } as Plan
    if (dice.chance(faults.noServerId)) return { ...plan, serverId: undefined } as Plan
    return plan
  }

  #loadOf(step: Step): Load {
    const known = this.#loads.get(step.request)
    if (known) return known
    const { dice, faults, book } = this.#ports
    const visitor = this.#visitor
    const cause = this.#causeOf(step)
    const waits = dice.chance(faults.offlineLate) && !visitor.isDeveloper
    const delayMs = waits ? dice.whole(10 * 60_000, 20 * HOUR_MS) : dice.whole(60, 900)
    const atMs = step.atMs + delayMs
    if (waits && !cause) book.fault(step.atMs, 'browser_late')
    const load: Load = {
      cause,
      report: {
        ...{ side: 'browser', atMs, sentAtMs: atMs + visitor.clockMs, events: [] },
        ...{ ip: visitor.hidesIp ? addressOf(dice) : visitor.ip, agent: visitor.agent },
        ...{ gpc: visitor.gpc, page: step.url, testCode: this.#testCode() },
      },
    }
    this.#loads.set(step.request, load)
    return load
  }

  #causeOf(step: Step): LossCause | undefined {
    const { dice, faults } = this.#ports
    const { blocks, consent, device } = this.#visitor
    const isLast = this.#steps.some(
      ({ request, name }) => request === step.request && name === 'Purchase',
    )
    // Thrown whether needed or not, so that one fault does not move another.
    const [ios, app, offline] = [dice.random(), dice.random(), dice.random()]
    if (this.#isIn('pixel_gone', step.atMs)) return 'pixel_gone'
    if (consent === 'refused') return 'refused'
    if (blocks) return 'blocker'
    if (device.kind === 'ios' && ios < faults.ios) return 'ios'
    if (device.kind === 'in_app' && isLast && app < faults.inApp) return 'in_app'
    return offline < faults.offlineLost ? 'offline' : undefined
  }

  #browserLegs(step: Step, plan: Plan, { report }: Load): Leg[] {
    const { book } = this.#ports
    const { clockMs, fbp, fbc, gpc } = this.#visitor
    const { name, orderId, customer } = step
    const money = this.#browserMoney(step)
    const user = { fbp, fbc, ...(customer ? browserMatch(customer.hashes, name) : {}) }
    const event = this.#wire(step, {
      id: plan.browserId,
      timeMs: step.atMs + clockMs,
      orderId: plan.hidesOrder ? undefined : orderId,
      money,
      user,
    })
    const browser = { title: step.title, language: this.#visitor.country.language, mode: 'replace' }
    const limited = gpc
      ? {
          data_processing_options: ['LDU'],
          ...{ data_processing_options_country: 0, data_processing_options_state: 0 },
        }
      : {}
    const consent = this.#visitor.consent === 'granted' ? { state: 'granted', signal: 'fbq' } : {}
    const attempt = report.atMs - step.atMs > 60_000 ? 2 : 1
    const told = { ...event, ...limited, consent, browser: { ...browser, attempt } }
    report.events.push(told)
    const leg: Leg = {
      ...{ side: 'browser', atMs: report.atMs, name, id: plan.browserId, person: fbp },
      orderId: plan.hidesOrder ? undefined : orderId,
      keys: keysIn(user),
      ...{ minor: money?.minor, currency: money?.currency },
      findings: this.#findings(step, money),
    }
    if (plan.hidesOrder) book.fault(step.atMs, 'browser_without_order')
    else if (name === 'Purchase') return [leg, ...this.#toldAnew(step, { report, told, leg })]
    return [leg, ...this.#sentTwice(step, { report, told, leg })]
  }

  /** The same report once more. */
  #sentTwice(step: Step, { report, told, leg }: Told): Leg[] {
    const { dice, faults, book, endMs, send } = this.#ports
    const { clockMs } = this.#visitor
    const { orderId } = step
    if (leg.id === undefined || orderId === undefined || !dice.chance(faults.browserTwice)) {
      return []
    }
    const atMs = report.atMs + dice.whole(5000, 2 * HOUR_MS)
    if (atMs >= endMs) return []
    book.fault(step.atMs, 'browser_duplicates')
    send({ ...report, atMs, sentAtMs: atMs + clockMs, events: [told] })
    return [{ ...leg, atMs }]
  }

  /** The page once more, with an id of that moment. Dice of its own: other faults stay where they are. */
  #toldAnew(step: Step, said: Told): Leg[] {
    const { faults, book, endMs, send } = this.#ports
    const { report, told, leg } = said
    const legs = this.#sentTwice(step, said)
    const dice = this.#ports.dice.split(`anew${step.orderId}`)
    const anew = (fault: string, afterMs: number): void => {
      const atMs = report.atMs + afterMs
      if (atMs >= endMs) return
      const sentAtMs = atMs + this.#visitor.clockMs
      const id = `${fault}-${step.orderId}`
      book.fault(step.atMs, fault)
      const event = { ...told, event_id: id, event_time: Math.floor(sentAtMs / 1000) }
      send({ ...report, atMs, sentAtMs, events: [event] })
      legs.push({ ...leg, atMs, id })
    }
    if (dice.chance(faults.tagTwice)) anew('tag_twice', dice.whole(100, 3000))
    if (dice.chance(faults.thanksAgain)) anew('thanks_again', dice.whole(600_000, 20 * HOUR_MS))
    return legs
  }

  #findings(step: Step, money: Money | undefined): string[] {
    const findings = personalFindings(step)
    if (Math.abs(this.#visitor.clockMs) > 0) findings.push('clock_skew_corrected')
    if (step.name === 'Purchase' && !money?.currency) findings.push('missing_currency')
    return findings
  }

  #browserMoney({ money, name, atMs }: Step): Money | undefined {
    const { dice, faults, book } = this.#ports
    if (!money || name !== 'Purchase') return money
    const wrong = money.currency !== 'EUR' && dice.chance(faults.wrongCurrency)
    const bare = money.shippingMinor > 0 && dice.chance(faults.otherValue)
    if (wrong) book.fault(atMs, 'wrong_currency')
    if (bare) book.fault(atMs, 'value_without_shipping')
    return {
      ...money,
      ...(wrong ? { currency: 'EUR' } : {}),
      ...(bare ? { minor: money.minor - money.shippingMinor } : {}),
    }
  }

  #serverLegs(step: Step, plan: Plan): Leg[] {
    const { dice, faults, book, endMs, send } = this.#ports
    const { ip, agent, fbp, fbc, consent } = this.#visitor
    const { name, orderId, customer } = step
    const lacks = name === 'Purchase' && this.#isIn('no_currency', step.atMs)
    const money = step.money && (lacks ? { ...step.money, currency: '' } : step.money)
    const who = { ...(customer?.hashes ?? {}), fbp, fbc }
    const user = { ...who, client_ip_address: ip, client_user_agent: agent }
    const event = this.#wire(step, {
      ...{ id: plan.serverId, timeMs: step.atMs, orderId, money },
      user,
    })
    const refused = consent === 'refused'
    const told = { ...event, ...(refused ? { consent: { state: 'denied' } } : {}) }
    const atMs = step.atMs + plan.serverDelayMs
    const tooLate = plan.serverDelayMs >= DAYS_TOO_LATE_MS
    const leg: Leg = {
      ...{ side: 'server', atMs, name, id: plan.serverId, orderId, person: fbp },
      keys: keysIn(user),
      ...{ minor: money?.minor, currency: money?.currency || undefined },
      ...(tooLate ? { ends: { verdict: 'rejected', reason: 'event_too_old' } } : {}),
      ...(refused && !tooLate ? { ends: { verdict: 'dropped', reason: 'not_consented' } } : {}),
      findings: tooLate ? [] : [...personalFindings(step), ...(lacks ? ['missing_currency'] : [])],
    }
    if (atMs >= endMs) return []
    if (tooLate) book.fault(atMs, 'server_too_late')
    else if (plan.serverDelayMs > 60_000) book.fault(atMs, 'server_late')
    if (lacks) book.fault(atMs, 'server_without_currency')
    send({ side: 'server', atMs, events: [told], testCode: this.#testCode() })
    if (plan.serverId === undefined || !dice.chance(faults.serverTwice)) return [leg]
    const again = atMs + dice.whole(1000, 600_000)
    if (again >= endMs) return [leg]
    book.fault(again, 'server_duplicates')
    send({ side: 'server', atMs: again, events: [told], testCode: this.#testCode() })
    return [leg, { ...leg, atMs: again }]
  }

  #wire(
    step: Step,
    said: {
      readonly id: string | undefined
      readonly timeMs: number
      readonly orderId: string | undefined
      readonly money: Money | undefined
      readonly user: WireEvent
    },
  ): WireEvent {
    const { id, timeMs, orderId, money, user } = said
    return {
      event_name: step.name,
      event_time: Math.floor(timeMs / 1000),
      event_id: id,
      action_source: 'website',
      event_source_url: step.url,
      referrer_url: step.referrer,
      user_data: user,
      custom_data: {
        ...step.custom,
        ...(money ? { value: money.minor / 100, currency: money.currency || undefined } : {}),
        ...(orderId === undefined ? {} : { order_id: orderId }),
      },
    }
  }

  #isIn(what: Period['what'], atMs: number): boolean {
    return this.#ports.periods.some(
      (period) => period.what === what && atMs >= period.fromMs && atMs < period.toMs,
    )
  }

  #testCode(): string | undefined {
    return this.#visitor.isDeveloper ? TEST_CODE : undefined
  }
}

/** The pixel knows whoever is signed in, and at the end of a sale the address that was typed in. */
function browserMatch(hashes: WireEvent, name: string): WireEvent {
  const { external_id, em } = hashes
  return name === 'Purchase' ? { external_id, em } : { external_id }
}

const keysIn = (user: WireEvent): string[] =>
  Object.keys(user).filter((key) => user[key] !== undefined)

/** One for each place that holds an address. */
function personalFindings({ url, referrer }: Step): string[] {
  return [url, referrer].filter((one) => one?.includes('@')).map(() => 'personal_data_removed')
}
