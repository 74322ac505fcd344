/**
 * Who visits: a browser with its cookies and addresses, where its owner lives, and, once known to
 * the shop, who that is. People come back. Everybody is made up; names leave only as hashes.
 */
import { sha256 } from '../reports.ts'
import { DEVELOPER, DEVICES, type Device } from './devices.ts'
import { type Dice, weighted } from './dice.ts'
import type { Faults } from './faults.ts'

/** user_data as both reports of a customer carry it. */
export interface Customer {
  /** Only ever in the address of a page, where it does not belong. */
  readonly email: string
  readonly hashes: { readonly [key: string]: readonly string[] }
}

export interface Visitor {
  readonly device: Device
  readonly agent: string
  readonly country: Country
  readonly language: string
  readonly ip: string
  /** Another one at each request. */
  readonly hidesIp: boolean
  /** The pixel's cookie; absent where the pixel never ran. */
  readonly fbp: string | undefined
  fbc: string | undefined
  readonly blocks: boolean
  readonly consent: 'granted' | 'refused' | 'not_asked'
  readonly gpc: boolean
  readonly clockMs: number
  /** Comes once in a life, and is the only person at this browser. */
  readonly once: boolean
  readonly isDeveloper: boolean
  customer: Customer | undefined
}

interface Country {
  readonly code: string
  readonly currency: string
  /** Hundredths of the euro's price. */
  readonly rate: number
  readonly isEurope: boolean
  readonly language: string
  readonly calling: string
  readonly cities: readonly (readonly [city: string, postcode: string])[]
}

const country = (
  code: string,
  [currency, rate, isEurope, language, calling]: [string, number, boolean, string, string],
  cities: Country['cities'],
): Country => ({ code, currency, rate, isEurope, language, calling, cities })

const COUNTRIES: readonly (readonly [weight: number, country: Country])[] = [
  [
    46,
    country(
      'de',
      ['EUR', 100, true, 'de-DE', '4930'],
      [
        ['berlin', '10115'],
        ['hamburg', '20095'],
        ['köln', '50667'],
      ],
    ),
  ],
  [
    12,
    country(
      'at',
      ['EUR', 100, true, 'de-AT', '431'],
      [
        ['wien', '1010'],
        ['graz', '8010'],
      ],
    ),
  ],
  [
    10,
    country(
      'fr',
      ['EUR', 100, true, 'fr-FR', '331'],
      [
        ['paris', '75001'],
        ['lyon', '69001'],
      ],
    ),
  ],
  [
    8,
    country(
      'nl',
      ['EUR', 100, true, 'nl-NL', '3120'],
      [
        ['amsterdam', '1012'],
        ['utrecht', '3511'],
      ],
    ),
  ],
  [
    9,
    country(
      'gb',
      ['GBP', 86, true, 'en-GB', '4420'],
      [
        ['london', 'sw1a1aa'],
        ['leeds', 'ls11aa'],
      ],
    ),
  ],
  [
    5,
    country(
      'ch',
      ['CHF', 95, true, 'de-CH', '4144'],
      [
        ['zürich', '8001'],
        ['basel', '4001'],
      ],
    ),
  ],
  [
    10,
    country(
      'us',
      ['USD', 112, false, 'en-US', '1212'],
      [
        ['newyork', '10001'],
        ['austin', '73301'],
      ],
    ),
  ],
]

const FIRST_NAMES = 'alma,ben,carla,david,emma,felix,greta,hugo,ida,jonas,klara,leo,mia,noah'.split(
  ',',
)
const LAST_NAMES = 'probst,becker,cohen,dubois,evers,fischer,graf,haas,ivers,jansen,keller'.split(
  ',',
)

/** How many who came before are remembered as likely to come again. */
const REGULARS_MAX = 5000
const COMES_BACK = 0.3
const CLICK_MS_MAX = 80 * 86_400_000

export class People {
  readonly #faults: Faults
  readonly #regulars: Visitor[] = []
  #visitors = 0
  #customers = 0
  #next = 0

  constructor(faults: Faults) {
    this.#faults = faults
  }

  come(dice: Dice, nowMs: number): Visitor {
    const known = dice.chance(COMES_BACK) ? this.#regulars[this.#anyRegular(dice)] : undefined
    if (known) return refreshed(known, nowMs)
    const visitor = this.#stranger(dice, nowMs)
    if (!visitor.once) {
      this.#regulars[this.#next % REGULARS_MAX] = visitor
      this.#next += 1
    }
    return visitor
  }

  developer(dice: Dice, nowMs: number): Visitor {
    const visitor = this.#stranger(dice, nowMs)
    return {
      ...visitor,
      ...{ device: DEVELOPER, agent: agentOf(dice, DEVELOPER), isDeveloper: true, once: true },
      ...{ blocks: false, consent: 'granted', gpc: false, clockMs: 0, hidesIp: false },
      fbp: fbpOf(dice, nowMs),
    }
  }

  /** Becomes known to the shop, by buying or by signing up. */
  register(dice: Dice, visitor: Visitor): Customer {
    if (visitor.customer) return visitor.customer
    this.#customers += 1
    const n = this.#customers
    const [first, last] = [dice.one(FIRST_NAMES), dice.one(LAST_NAMES)]
    const [city, postcode] = dice.one(visitor.country.cities)
    const email = `${first}.${last}.${n}@example.com`
    const phone = dice.chance(0.85)
      ? `${visitor.country.calling}55501${String(n).padStart(5, '0')}`
      : undefined
    const clear = { em: email, ph: phone, fn: first, ln: last, ct: city, zp: postcode }
    const hashes = Object.entries({ ...clear, country: visitor.country.code })
      .filter(([, text]) => text !== undefined)
      .map(([key, text]) => [key, [sha256(String(text))]])
    const external_id = [sha256(`customer-${n}`)]
    visitor.customer = { email, hashes: { ...Object.fromEntries(hashes), external_id } }
    return visitor.customer
  }

  #anyRegular(dice: Dice): number {
    return dice.whole(0, Math.max(0, Math.min(this.#next, REGULARS_MAX) - 1))
  }

  #stranger(dice: Dice, nowMs: number): Visitor {
    const faults = this.#faults
    this.#visitors += 1
    const [, device] = weighted(dice, DEVICES)
    const [, home] = weighted(dice, COUNTRIES)
    const blocks = dice.chance(device.blocks * faults.blockers)
    const refuses = home.isEurope && dice.chance(faults.refusals)
    const minutes = dice.whole(6, 180) * (dice.chance(0.5) ? 1 : -1)
    return {
      ...{ device, blocks, country: home, language: home.language },
      agent: agentOf(dice, device),
      ip: addressOf(dice),
      hidesIp: device.kind === 'ios' && dice.chance(faults.privateRelay),
      fbp: blocks || refuses ? undefined : fbpOf(dice, nowMs),
      fbc: undefined,
      consent: home.isEurope ? (refuses ? 'refused' : 'granted') : 'not_asked',
      gpc: !home.isEurope && dice.chance(faults.gpc),
      clockMs: dice.chance(faults.wrongClock) ? minutes * 60_000 : 0,
      once: dice.chance(0.5),
      isDeveloper: false,
      customer: undefined,
    }
  }
}

/** The cookie of a click is kept for three months. */
function refreshed(visitor: Visitor, nowMs: number): Visitor {
  if (visitor.fbc && nowMs - Number(visitor.fbc.split('.')[2]) > CLICK_MS_MAX) {
    visitor.fbc = undefined
  }
  return visitor
}

function agentOf(dice: Dice, { agent, versions: [from, to] }: Device): string {
  return agent.replaceAll('{v}', String(dice.whole(from, to)))
}

function fbpOf(dice: Dice, nowMs: number): string {
  return `fb.1.${nowMs}.${dice.whole(100_000_000, 999_999_998)}${dice.whole(100_000_000, 999_999_998)}`
}

const NETWORKS = ['192.0.2', '198.51.100', '203.0.113'] as const

/** From the ranges that are kept free for documentation. */
export function addressOf(dice: Dice): string {
  if (dice.chance(0.4)) return `${dice.one(NETWORKS)}.${dice.whole(1, 254)}`
  const part = (): string => dice.whole(0x1000, 0xffff).toString(16)
  return `2001:db8:${part()}:${part()}:${part()}:${part()}:${part()}:${part()}`
}
