/**
 * What a visitor does: pages, products, a basket, a sale, one step after another with its time. It
 * knows nothing of who reports a step; tellings.ts does.
 */
import { COFFEES, type Coffee } from '../catalogue.ts'
import { type Dice, weighted } from './dice.ts'
import type { Customer, People, Visitor } from './people.ts'

export interface Money {
  /** In hundredths, as a payment provider would say it. */
  readonly minor: number
  readonly currency: string
  /** Of it, what shipping cost. */
  readonly shippingMinor: number
}

export interface Step {
  readonly name: string
  readonly atMs: number
  readonly url: string
  readonly referrer: string | undefined
  readonly title: string
  /** Steps of one number are reported by the browser in one request. */
  readonly request: number
  /** The shop's server reports it too. */
  readonly onServer: boolean
  /** Who the shop knew it to be at that moment. */
  readonly customer: Customer | undefined
  readonly custom: { readonly [key: string]: unknown }
  /** Of the products that it names, how many the feed does not have. */
  readonly unknownIds?: number
  readonly money?: Money
  readonly orderId?: string
}

export interface VisitPorts {
  readonly dice: Dice
  readonly people: People
  readonly nextOrderId: () => string
  /** Of those who look at a product, how many put it into the basket. */
  readonly buyShare: number
  readonly personalUrls: number
  readonly oldProductIds: number
}

export const SITE = 'https://www.brewbeans.example'
const CAMPAIGNS = ['autumn_roast', 'gift_box', 'subscribe_save', 'decaf_evening'] as const
/** Of customers who come back: how many are signed in from the first page on. */
const SIGNED_IN = 0.7
const FREE_SHIPPING_MINOR = 3500
const SHIPPING_MINOR = 190

const SOURCES = [
  [34, 'meta'],
  [22, 'search'],
  [18, 'direct'],
  [12, 'organic'],
  [9, 'newsletter'],
  [5, 'referral'],
] as const

export function visitOf(visitor: Visitor, startMs: number, ports: VisitPorts): readonly Step[] {
  const walk = new Walk(visitor, startMs, ports)
  walk.go()
  return walk.steps
}

type Lines = readonly (readonly [coffee: Coffee, bags: number])[]

class Walk {
  readonly steps: Step[] = []
  readonly #visitor: Visitor
  readonly #ports: VisitPorts
  #atMs: number
  /** Whom the shop knows this visit to be of: not everybody who comes back signs in. */
  #customer: Customer | undefined
  #url = ''
  #referrer: string | undefined
  #title = ''
  readonly #hasOldIds: boolean
  #request = 0

  constructor(visitor: Visitor, startMs: number, ports: VisitPorts) {
    this.#visitor = visitor
    this.#ports = ports
    this.#atMs = startMs
    this.#hasOldIds = ports.dice.split('old ids').chance(ports.oldProductIds)
    this.#customer = ports.dice.split('sign-in').chance(SIGNED_IN) ? visitor.customer : undefined
  }

  go(): void {
    const { dice, buyShare } = this.#ports
    const coffee = dice.one(COFFEES)
    const landsOnProduct = dice.chance(0.45)
    this.#land(landsOnProduct ? `/coffee/${coffee.slug}` : dice.one(['/', '/', '/journal/v60']))
    const isKeen = this.#visitor.isDeveloper || this.#visitor.customer !== undefined
    if (!landsOnProduct) this.#browse()
    if (!landsOnProduct && !dice.chance(0.45)) return
    if (!landsOnProduct) this.#load(`/coffee/${coffee.slug}`, coffee.name)
    this.#say('ViewContent', { onServer: true, ...this.#about([[coffee, 1]]) })
    const lines: (readonly [Coffee, number])[] = [[coffee, weighted(dice, BAGS)[1]]]
    if (!dice.chance(Math.min(0.9, buyShare * (isKeen ? 2.2 : 0.8)))) return
    this.#act('AddToCart', lines)
    if (dice.chance(0.3)) {
      const second = dice.one(COFFEES)
      this.#load(`/coffee/${second.slug}`, second.name)
      this.#say('ViewContent', { onServer: true, ...this.#about([[second, 1]]) })
      if (second !== coffee) lines.push([second, 1])
      this.#act('AddToCart', [[second, 1]])
    }
    if (!dice.chance(0.58) && !isKeen) return
    this.#checkout(lines)
  }

  #browse(): void {
    const { dice, people } = this.#ports
    if (dice.chance(0.1)) {
      this.#load('/search?q=decaf', 'Search')
      this.#say('Search', { custom: { search_string: dice.one(['decaf', 'filter', 'espresso']) } })
    }
    if (dice.chance(0.3)) this.#load('/coffee', 'All coffees')
    if (dice.chance(0.02)) {
      this.#customer = people.register(dice, this.#visitor)
      this.#wait(8, 40)
      this.#request += 1
      this.#say('Lead', { onServer: true, custom: { content_name: 'newsletter' } })
    }
    if (dice.chance(0.03)) {
      this.#wait(20, 90)
      this.#request += 1
      this.#say('BrewGuideOpened', { custom: { guide: 'v60' } })
    }
  }

  #checkout(lines: Lines): void {
    const { dice, people, nextOrderId } = this.#ports
    this.#load('/checkout', 'Checkout')
    this.#say('InitiateCheckout', { onServer: true, ...this.#about(lines) })
    if (!dice.chance(this.#visitor.isDeveloper ? 0.7 : 0.62)) return
    this.#customer = people.register(dice, this.#visitor)
    this.#wait(40, 180)
    const orderId = nextOrderId()
    this.#load(`/thank-you?order=${orderId}`, 'Thank you')
    this.#say('Purchase', { onServer: true, orderId, ...this.#about(lines, true) })
  }

  #land(path: string): void {
    const { dice, personalUrls } = this.#ports
    const visitor = this.#visitor
    const [, source] = visitor.isDeveloper ? [0, 'direct' as const] : weighted(dice, SOURCES)
    const isApp = visitor.device.kind === 'in_app'
    const query = new Map<string, string>()
    if (source === 'meta' || isApp) this.#clickAd(query)
    else if (source === 'search') {
      query.set('utm_source', 'google').set('utm_medium', 'cpc').set('utm_campaign', 'brand')
    } else if (source === 'newsletter') {
      query.set('utm_source', 'newsletter').set('utm_medium', 'email')
      if (visitor.customer && dice.chance(personalUrls)) query.set('email', visitor.customer.email)
    }
    if (source === 'search' || source === 'organic') this.#referrer = 'https://www.google.com/'
    if (source === 'meta' || isApp) this.#referrer = 'https://l.instagram.com/'
    if (source === 'referral') this.#referrer = 'https://coffee-forum.example/threads/42'
    const text = [...query].map(([key, value]) => `${key}=${value}`).join('&')
    this.#arrive(text ? `${path}?${text}` : path, 'BrewBeans')
  }

  /** Apple takes the click id off some links; then the click cannot be told. */
  #clickAd(query: Map<string, string>): void {
    const { dice } = this.#ports
    const visitor = this.#visitor
    query.set('utm_source', visitor.device.agent.includes('Instagram') ? 'instagram' : 'facebook')
    query.set('utm_medium', 'paid').set('utm_campaign', dice.one(CAMPAIGNS))
    if (visitor.device.kind === 'ios' && dice.chance(0.12)) return
    let clickId = 'PAZXh0bgNhZW0CMTEAA'
    while (clickId.length < 60) clickId += dice.whole(36 ** 4, 36 ** 5 - 1).toString(36)
    query.set('fbclid', clickId)
    if (visitor.fbp) visitor.fbc = `fb.1.${this.#atMs}.${clickId}`
  }

  #load(path: string, title: string): void {
    this.#wait(6, 75)
    this.#referrer = this.#url
    this.#arrive(path, title)
  }

  #arrive(path: string, title: string): void {
    this.#url = SITE + path
    this.#title = title
    this.#request += 1
    this.#say('PageView', {})
  }

  /** Something done on the page, some time after it was opened. */
  #act(name: string, lines: Lines): void {
    this.#wait(5, 60)
    this.#request += 1
    this.#say(name, { onServer: true, ...this.#about(lines) })
  }

  #say(name: string, what: Partial<Step>): void {
    this.steps.push({
      ...{ name, atMs: this.#atMs, url: this.#url, title: this.#title },
      ...{ referrer: this.#referrer, request: this.#request, onServer: false, custom: {} },
      customer: this.#customer,
      ...what,
    })
  }

  /** Exact: every price is a whole number of hundredths. */
  #about(lines: Lines, ships = false): Pick<Step, 'custom' | 'money' | 'unknownIds'> {
    const { currency, rate } = this.#visitor.country
    const price = ({ priceCents }: Coffee): number => Math.round((priceCents * rate) / 100)
    const goods = lines.reduce((sum, [coffee, bags]) => sum + price(coffee) * bags, 0)
    const idOf = ({ sku, slug }: Coffee): string => (this.#hasOldIds ? slug : sku)
    const shippingMinor = ships && goods < FREE_SHIPPING_MINOR ? SHIPPING_MINOR : 0
    return {
      custom: {
        content_type: 'product',
        content_ids: lines.map(([coffee]) => idOf(coffee)),
        contents: lines.map(([coffee, quantity]) => ({
          ...{ id: idOf(coffee), quantity, item_price: price(coffee) / 100 },
        })),
      },
      ...(this.#hasOldIds ? { unknownIds: lines.length } : {}),
      money: { minor: goods + shippingMinor, currency, shippingMinor },
    }
  }

  #wait(fromS: number, toS: number): void {
    this.#atMs += this.#ports.dice.whole(fromS * 1000, toS * 1000)
  }
}

const BAGS = [
  [60, 1],
  [28, 2],
  [9, 3],
  [3, 6],
] as const
