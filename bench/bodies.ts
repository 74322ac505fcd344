/**
 * Request bodies for the benches: realistic events, made once as bytes, with fixed-width ids that are
 * overwritten in place before each sending, so that making load costs next to nothing.
 */
import { hash, randomBytes } from 'node:crypto'

const USER_AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
]
const NAMES = ['PageView', 'PageView', 'PageView', 'ViewContent', 'ViewContent', 'AddToCart']

/** A body whose event ids are `id-` + a run of digits, of the same length with other digits. */
export interface Body {
  readonly bytes: Buffer
  /** New ids in a copy of `bytes` that begins at `start` of `into`. */
  readonly renew: (into: Buffer, start: number) => void
  /** A copy with new ids. */
  readonly next: () => Buffer
}

const ID_DIGITS = 14
const PLACEHOLDER = '#'.repeat(ID_DIGITS)
/** A step through all numbers below a prime: every id once, in an order that looks random. */
const PRIME = 99_999_999_999_973
const STEP = 61_803_398_874_989
const HALF = 10 ** (ID_DIGITS / 2)
let lastId = Date.now()

/** A Conversions API batch, hashed as the official SDKs send it: 1 in 20 is a Purchase. */
export function capiBatch(size: number): Body {
  return renewable(JSON.stringify({ data: Array.from({ length: size }, (_, i) => serverEvent(i)) }))
}

/** One pixel hit with one event. */
export function pixelHit(datasetId: string): Body {
  const { user_data, ...event } = serverEvent(1)
  return renewable(
    JSON.stringify({
      sent_at: Date.now(),
      events: [
        {
          dataset_id: datasetId,
          ...event,
          event_name: 'PageView',
          referrer_url: 'https://shop.example.com/',
          user_data: { fbp: user_data.fbp },
          browser: { title: 'Coffee', language: 'en-US', screen: '1920x1080', method: 'track' },
        },
      ],
    }),
  )
}

interface Sample {
  readonly user_data: { readonly fbp: string; readonly [key: string]: unknown }
  readonly [key: string]: unknown
}

function serverEvent(index: number): Sample {
  const person = randomBytes(8).toString('hex')
  const isPurchase = index % 20 === 0
  return {
    event_name: isPurchase ? 'Purchase' : NAMES[index % NAMES.length],
    event_time: Math.floor(Date.now() / 1000),
    event_id: `id-${PLACEHOLDER}`,
    action_source: 'website',
    event_source_url: `https://shop.example.com/products/coffee-${index % 50}?utm_source=ad`,
    user_data: {
      em: [hash('sha256', `${person}@example.org`)],
      external_id: [hash('sha256', person)],
      client_ip_address: `203.0.${index % 256}.${(index * 7) % 256}`,
      client_user_agent: USER_AGENTS[index % USER_AGENTS.length],
      fbp: `fb.1.1700000000000.${PLACEHOLDER}`,
    },
    ...(isPurchase
      ? {
          custom_data: {
            value: 10 + (index % 90),
            currency: 'EUR',
            order_id: `order-${PLACEHOLDER}`,
            content_ids: [`sku-${index % 50}`],
            content_type: 'product',
          },
        }
      : { custom_data: { content_ids: [`sku-${index % 50}`], content_type: 'product' } }),
  }
}

function renewable(text: string): Body {
  const template = Buffer.from(text)
  const offsets: number[] = []
  for (let at = template.indexOf(PLACEHOLDER); at >= 0; ) {
    offsets.push(at)
    at = template.indexOf(PLACEHOLDER, at + ID_DIGITS)
  }
  const renew = (into: Buffer, start: number): void => {
    for (const offset of offsets) writeId(into, start + offset)
  }
  return {
    bytes: template,
    renew,
    next: () => {
      const body = Buffer.from(template)
      renew(body, 0)
      return body
    },
  }
}

/** The next id in ID_DIGITS digits. In two halves, which are integers to the machine. */
function writeId(into: Buffer, at: number): void {
  lastId += STEP
  if (lastId >= PRIME) lastId -= PRIME
  const high = Math.floor(lastId / HALF)
  writeDigits(into, at, high)
  writeDigits(into, at + ID_DIGITS / 2, lastId - high * HALF)
}

function writeDigits(into: Buffer, at: number, value: number): void {
  let rest = value
  for (let place = at + ID_DIGITS / 2 - 1; place >= at; place--) {
    const next = (rest / 10) | 0
    into[place] = 48 + rest - 10 * next
    rest = next
  }
}
