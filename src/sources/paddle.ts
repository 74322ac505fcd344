/**
 * Paddle Billing: completed transactions, renewals, refunds and chargebacks. Amounts are text of
 * minor units. A transaction names its customer by an id only: with an API key that one is asked
 * for.
 */
import { z } from 'zod'
import { carriedIn } from './carried.ts'
import { majorOf } from './decimal.ts'
import { secondsOf } from './moment.ts'
import { paddleExamples } from './paddle-examples.ts'
import { purchaseOf, renewalName, renewalsSetting } from './purchase.ts'
import { missing, pairsIn, signedBy, tooFarOff } from './signature.ts'
import {
  type Ask,
  apiUrlSetting,
  commonSettings,
  type Delivered,
  type Source,
  type Translation,
  tokenSetting,
} from './source.ts'
import { at, entriesAt, isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  api_key: tokenSetting('API key that may read customers. With it Paddle is asked who paid.'),
  api_url: apiUrlSetting('https://api.paddle.com'),
  renewals: renewalsSetting,
})

type Settings = z.infer<typeof schema>

export const paddle: Source<Settings> = {
  name: 'paddle',
  title: 'Paddle',
  about: 'Sales, renewals, refunds and chargebacks of Paddle Billing.',
  schema,
  secret: {
    from: 'platform',
    by: 'header',
    label: 'Secret key of the destination (pdl_ntfset_...)',
  },
  setup: [
    'In Paddle, open Developer tools, Notifications, New destination, type Webhook.',
    'URL: {url}',
    'Choose transaction.completed, adjustment.created and adjustment.updated.',
    'Edit the destination: Paddle shows its secret key. Enter it here.',
    'In Developer tools, Authentication, make an API key that may read customers and enter it in the settings: a transaction names nobody.',
    'Pass customData with twofold_fbp, twofold_fbc, twofold_ip and twofold_ua to Paddle.Checkout.open.',
  ],
  headers: [],
  verify: ({ headers, body }, context) => {
    const header = headers['paddle-signature']
    if (!header) return missing('paddle-signature')
    const pairs = pairsIn(header, ';')
    const timestamp = pairs.find(([name]) => name === 'ts')?.[1] ?? ''
    const signatures = pairs.filter(([name]) => name === 'h1').map(([, value]) => value)
    const over = [`${timestamp}:`, body]
    const signed = signedBy(context, signatures, { algorithm: 'sha256', encoding: 'hex', over })
    return signed.ok ? (tooFarOff(Number(timestamp || 'none') * 1000, context) ?? signed) : signed
  },
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    const key = textAt(tree, 'event_id')
    return { topic: textAt(tree, 'event_type') ?? '', ...(key ? { key } : {}) }
  },
  ask,
  translate,
  examples: paddleExamples,
}

function ask({ text, fetched = {} }: Delivered, settings: Settings): Ask | undefined {
  const body = parseExact(text)
  const customer = textAt(body, 'data.customer_id') ?? ''
  const isKnown = textAt(body, 'data.customer.email', 'data.custom_data.email') !== undefined
  if (textAt(body, 'event_type') !== COMPLETED || isKnown || !settings.api_key) return undefined
  if (!/^ctm_\w{1,64}$/.test(customer) || fetched.customer !== undefined) return undefined
  const url = `${settings.api_url}/customers/${customer}`
  const headers = { authorization: `Bearer ${settings.api_key}` }
  return { name: 'customer', url, headers, mayBeGone: true }
}

const COMPLETED = 'transaction.completed'

function translate({ text, fetched = {} }: Delivered, settings: Settings): Translation {
  const body = parseExact(text)
  const data = at(body, 'data')
  const type = textAt(body, 'event_type')
  if (!type || !isObject(data)) return { failed: 'unreadable', detail: 'event_type and data.' }
  if (type === COMPLETED) {
    return transaction(data, settings, at(parseExact(fetched.customer ?? ''), 'data'))
  }
  if (type.startsWith('adjustment.')) return adjustment(data)
  return { ignored: 'topic_not_used' }
}

function transaction(data: Tree, settings: Settings, customer: Tree): Translation {
  const id = textAt(data, 'id')
  const currency = textAt(data, 'currency_code')
  const at_s = secondsOf(textAt(data, 'billed_at', 'created_at'))
  if (!id || !currency || at_s === undefined) {
    return { failed: 'incomplete', detail: 'id, currency_code and billed_at are missing.' }
  }
  const isRenewal = textAt(data, 'origin') === 'subscription_recurring'
  if (isRenewal && settings.renewals === 'ignore') return { ignored: 'renewal' }
  const known = isRenewal ? {} : carriedIn(entriesAt(data, 'custom_data'))
  const orderId = `${settings.order_prefix}${known.order_id ?? id}`
  const purchase = purchaseOf({
    name: isRenewal ? renewalName(settings.renewals) : 'Purchase',
    orderId,
    at_s,
    actionSource: isRenewal ? 'system_generated' : 'website',
    url: textAt(data, 'checkout.url'),
    carried: known,
    person: {
      email: textAt(data, 'customer.email', 'custom_data.email') ?? textAt(customer, 'email'),
      name: textAt(customer, 'name'),
      country: textAt(data, 'address.country_code'),
      externalIds: [textAt(data, 'customer_id')],
    },
    value: majorOf(textAt(data, 'details.totals.grand_total', 'details.totals.total'), currency),
    currency,
    items: listAt(data, 'items').map((item) => ({
      id: textAt(item, 'price.id', 'price_id'),
      quantity: textAt(item, 'quantity'),
    })),
  })
  if (!purchase) return { failed: 'incomplete', detail: 'details.totals is missing.' }
  const consent = known.consent ? { consent: known.consent } : {}
  return { facts: [{ kind: 'order', refs: [id], order_id: orderId, purchase, ...consent }] }
}

function adjustment(data: Tree): Translation {
  const id = textAt(data, 'id')
  const order = textAt(data, 'transaction_id')
  const currency = textAt(data, 'currency_code')
  const action = textAt(data, 'action')
  if (textAt(data, 'status') !== 'approved') {
    return { ignored: 'nothing_new', detail: 'The adjustment is not approved.' }
  }
  const amount = currency && majorOf(textAt(data, 'totals.total'), currency)
  const at_s = secondsOf(textAt(data, 'updated_at', 'created_at'))
  if (!id || !order || !currency || !amount || at_s === undefined) {
    return { failed: 'incomplete', detail: 'transaction_id, totals and currency_code.' }
  }
  const one = { id, amount, currency, at_s }
  if (action === 'refund') return { facts: [{ kind: 'order', refs: [order], refunds: [one] }] }
  if (action === 'chargeback') {
    return { facts: [{ kind: 'order', refs: [order], chargebacks: [one] }] }
  }
  return { ignored: 'topic_not_used' }
}
