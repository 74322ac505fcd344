/**
 * The truth: what people really did in the shop, and who reports it when. A shop's browser and
 * server tell of the same action, or only one of them does; with the id lost on the way, late,
 * twice, with a wrong clock, without consent, or with something in it that Meta never takes.
 */
import { hash } from 'node:crypto'
import type { Dice } from '../../examples/brewbeans/past/dice.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** One real action. What counts at the destination is compared with these. */
export interface Action {
  /** In custom_data of every report, so that it is recognised wherever it turns up. */
  readonly tag: string
  readonly kind: string
  readonly name: string
  readonly cents: number | undefined
  readonly currency: string | undefined
  /** Codes under which it may end instead of being counted; none: it must be counted. */
  readonly excuses: readonly string[]
  /** It must not be counted. */
  readonly never?: true
  /** Who tells of it. */
  readonly sides: 'browser' | 'server' | 'both'
}

/** One telling of an action: the body as its sender makes it, at the time of sending. */
export interface Report {
  readonly atMs: number
  readonly side: 'browser' | 'server'
  readonly actions: readonly Action[]
  readonly events: (nowMs: number) => Record<string, unknown>[]
  /** The sender's clock runs ahead by this (browser). */
  readonly skewMs: number
  readonly gpc: boolean
  /** Without an id to know it by, a repeat is another action: it is never sent twice. */
  readonly fragile: boolean
}

export interface Traffic {
  readonly actions: Action[]
  /** In the order of time. */
  readonly reports: Report[]
}

export function trafficOf(
  dice: Dice,
  { startMs, days, perDay }: { startMs: number; days: number; perDay: number },
): Traffic {
  const make = new Maker(dice)
  const n = Math.round(days * perDay)
  for (let i = 0; i < n; i++) {
    // More by day than by night, and quiet stretches in between.
    const day = Math.floor(dice.random() * days * 1000) / 1000
    const hour = dice.chance(0.8) ? 8 + dice.random() * 14 : dice.random() * 24
    const atMs = startMs + Math.min(days * DAY_MS, Math.floor(day) * DAY_MS + hour * HOUR_MS)
    make.action(Math.floor(atMs))
  }
  for (let day = 0; day < days; day++) make.upload(startMs + day * DAY_MS + 3 * HOUR_MS)
  make.reports.sort((a, b) => a.atMs - b.atMs)
  return { actions: make.actions, reports: make.reports }
}

/** One page view more, for when a shop goes on selling. */
export function onePage(dice: Dice, { atMs, tag }: { atMs: number; tag: string }): Traffic {
  const make = new Maker(dice, tag)
  make.tell('page', { sides: 'browser', name: 'PageView' }, atMs)
  return make
}

type Shape = Partial<Pick<Action, 'excuses' | 'never' | 'name'>> & {
  readonly sides: 'browser' | 'server' | 'both'
  readonly idless?: 'browser' | 'server' | 'both'
  readonly otherId?: boolean
  /** The twin comes this much later. */
  readonly lateMs?: number
  readonly custom?: Record<string, unknown>
  readonly noValue?: 'browser' | 'both'
  readonly ageMs?: number
  readonly source?: string
  readonly skewMs?: number
  readonly consent?: { state: string; signal: string }
  readonly gpc?: boolean
  readonly agent?: string
}

/** Meta refuses these for good wherever its rule of poison is in force; see faults.ts. */
export const POISON_KEY = 'poison'
const TOO_OLD = ['too_old', '100/2804003', 'event_too_old']
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36'
const BOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

/** Weight, kind, and what is special about it. */
const KINDS: readonly (readonly [number, string, (dice: Dice) => Shape])[] = [
  [24, 'page', () => ({ sides: 'browser', name: 'PageView' })],
  [18, 'view', () => ({ sides: 'both', name: 'ViewContent' })],
  [8, 'cart_late', (d) => ({ sides: 'both', name: 'AddToCart', lateMs: hours(d, 0.5, 30) })],
  [14, 'sale', () => ({ sides: 'both', name: 'Purchase' })],
  [6, 'sale_late', (d) => ({ sides: 'both', name: 'Purchase', lateMs: hours(d, 0.01, 30) })],
  [5, 'sale_two_ids', () => ({ sides: 'both', name: 'Purchase', otherId: true })],
  [4, 'sale_server', () => ({ sides: 'server', name: 'Purchase' })],
  [4, 'lead', () => ({ sides: 'both', name: 'Lead' })],
  [3, 'custom', () => ({ sides: 'both', name: 'Trial ended' })],
  [3, 'no_browser_id', () => ({ sides: 'both', name: 'Lead', idless: 'browser' })],
  [3, 'no_ids', () => ({ sides: 'both', name: 'AddToCart', idless: 'both' })],
  [2, 'no_id_page', () => ({ sides: 'browser', name: 'PageView', idless: 'both' })],
  [2, 'skewed', (d) => ({ sides: 'both', name: 'Lead', skewMs: hours(d, -90, 90) })],
  [2, 'poison_sale', () => poison('Purchase')],
  [1, 'poison_view', () => poison('ViewContent')],
  [
    2,
    'no_value',
    () => ({ sides: 'both', name: 'Purchase', noValue: 'browser', excuses: ['100/2804009'] }),
  ],
  [1, 'never_a_value', () => ({ ...never('100/2804009'), name: 'Purchase', noValue: 'both' })],
  [
    1,
    'nearly_old',
    (d) => ({
      ...{ sides: 'server', name: 'Purchase', excuses: TOO_OLD },
      ageMs: 7 * DAY_MS - hours(d, 0, 10),
    }),
  ],
  [
    1,
    'fast_server',
    (d) => ({
      ...{ sides: 'server', name: 'Lead', excuses: ['100/2804004', 'event_in_future'] },
      ageMs: -hours(d, 0, 0.17),
    }),
  ],
  [
    1,
    'refused',
    () => ({ ...never('not_consented'), consent: { state: 'denied', signal: 'fbq' } }),
  ],
  [1, 'gpc', () => ({ sides: 'browser', name: 'Lead', gpc: true })],
  [1, 'bot', () => ({ ...never('bot'), agent: BOT })],
  [1, 'broken', () => ({ ...never('invalid_action_source'), source: 'nowhere' })],
]

const WEIGHT = KINDS.reduce((sum, [weight]) => sum + weight, 0)
const hours = (dice: Dice, from: number, to: number): number =>
  Math.round((from + dice.random() * (to - from)) * HOUR_MS)
const poison = (name: string): Shape => ({
  ...{ sides: 'both', name, excuses: ['100', '100/2804019'], never: true },
  custom: { [POISON_KEY]: true },
})
const never = (code: string): Shape => ({
  ...{ sides: 'browser', name: 'AddToCart', excuses: [code], never: true },
})

class Maker {
  readonly actions: Action[] = []
  readonly reports: Report[] = []
  readonly #dice: Dice
  readonly #prefix: string

  constructor(dice: Dice, prefix = 'a') {
    this.#dice = dice
    this.#prefix = prefix
  }

  action(atMs: number): void {
    let left = this.#dice.random() * WEIGHT
    for (const [weight, kind, shapeOf] of KINDS) {
      left -= weight
      if (left >= 0) continue
      this.tell(kind, shapeOf(this.#dice), atMs)
      return
    }
  }

  /** What the tills sold, in one batch at night; sometimes with one that is never taken. */
  upload(atMs: number): void {
    const dice = this.#dice
    const made = Array.from({ length: dice.whole(40, 160) }, (_, i) => {
      const isPoison = i === 7 && dice.chance(0.5)
      const shape: Shape = isPoison
        ? { ...poison('Purchase'), sides: 'server' }
        : { sides: 'server', name: 'Purchase' }
      const action = this.#action('upload', shape)
      const ageMs = hours(dice, 1, 30 * 24)
      const parts = { shape: { ...shape, source: 'physical_store' }, id: `till-${action.tag}` }
      return { action, ageMs, event: this.#event(action, 'server', parts) }
    })
    const events = (): Record<string, unknown>[] =>
      made.map(({ event, ageMs }) => event(atMs - ageMs))
    const report: Report = {
      ...{ atMs, side: 'server', skewMs: 0, gpc: false, fragile: false, events },
      actions: made.map(({ action }) => action),
    }
    this.reports.push(report)
    if (dice.chance(0.3)) this.reports.push({ ...report, atMs: atMs + hours(dice, 0.1, 5) })
  }

  tell(kind: string, shape: Shape, atMs: number): void {
    const dice = this.#dice
    const action = this.#action(kind, shape)
    const gapMs = shape.lateMs ?? dice.whole(0, 25_000)
    const serverFirst = shape.idless === undefined && dice.chance(0.4)
    const actionAtMs = atMs - (shape.ageMs ?? 0)
    for (const side of ['browser', 'server'] as const) {
      if (shape.sides !== 'both' && shape.sides !== side) continue
      const isSecond = shape.sides === 'both' && (side === 'browser') === serverFirst
      const isIdless = shape.idless === 'both' || shape.idless === side
      const own = shape.otherId && side === 'server' ? `s-${action.tag}` : `e-${action.tag}`
      const event = this.#event(action, side, { shape, id: isIdless ? undefined : own })
      const skewMs = side === 'browser' ? (shape.skewMs ?? dice.whole(-2000, 2000)) : 0
      const report: Report = {
        ...{ side, skewMs, gpc: shape.gpc ?? false, fragile: shape.idless !== undefined },
        atMs: atMs + (isSecond ? gapMs : 0),
        actions: [action],
        events: () => [event(actionAtMs + skewMs)],
      }
      this.reports.push(report)
      const again = !report.fragile && dice.chance(0.12) ? dice.whole(1, 3) : 0
      for (let i = 0; i < again; i++) {
        this.reports.push({ ...report, atMs: report.atMs + hours(dice, 0, 8) })
      }
    }
  }

  #action(kind: string, shape: Shape): Action {
    const { name = 'Lead', excuses = [], never: isNever, noValue, sides } = shape
    const dice = this.#dice
    const hasValue = noValue !== 'both' && (name === 'Purchase' || dice.chance(0.5))
    const action: Action = {
      tag: `${this.#prefix}${this.actions.length}`,
      ...{ kind, name, excuses, sides },
      cents: hasValue ? dice.whole(1, 99_999) : undefined,
      currency: hasValue ? dice.one(['EUR', 'EUR', 'USD']) : undefined,
      ...(isNever ? { never: true } : {}),
    }
    this.actions.push(action)
    return action
  }

  /** Everything of it is drawn now: sending it again sends the same. */
  #event(
    { tag, name, cents, currency }: Action,
    side: 'browser' | 'server',
    { shape, id }: { readonly shape: Shape; readonly id: string | undefined },
  ): (timeMs: number) => Record<string, unknown> {
    const dice = this.#dice
    // A visitor of its own where people are what joins the two reports.
    const person = shape.idless ? `v-${tag}` : `v-${dice.whole(1, 300)}`
    const fbp = `fb.1.1700000000000.${Number.parseInt(hash('sha256', person).slice(0, 8), 16)}`
    const hasValue = cents !== undefined && !(shape.noValue === 'browser' && side === 'browser')
    const custom = {
      ...shape.custom,
      action: tag,
      ...(hasValue ? { value: cents / 100, currency } : {}),
      ...(name === 'Purchase' ? { order_id: `o-${tag}` } : {}),
    }
    return (timeMs) => ({
      event_name: name,
      event_time: Math.floor(timeMs / 1000),
      ...(id === undefined ? {} : { event_id: id }),
      action_source: shape.source ?? 'website',
      event_source_url: 'https://shop.example.com/page',
      user_data: {
        fbp,
        client_ip_address: '198.51.100.7',
        client_user_agent: shape.agent ?? AGENT,
        ...(side === 'server' ? { em: [hash('sha256', `${person}@example.org`)] } : {}),
      },
      custom_data: custom,
      ...(shape.consent ? { consent: shape.consent } : {}),
    })
  }
}
