// @ts-check
/*
 * The panel in the page: listens to the shop's event stream, folds the legs into cards and says in
 * words what happened. Plain script, no library; everything from the stream is set as text.
 */

/**
 * @typedef {{ seq: number, of_seq?: number, channel: string, event_name: string, event_id?: string,
 *   order_id?: string, what?: string, value?: number, currency?: string, verdict: string,
 *   reason?: string, matched_by?: string, received_at_ms: number }} Leg
 * @typedef {{ event_id: string, event_name: string, order_id?: string, state: string,
 *   due_at_ms?: number }} Waiting
 * @typedef {{ key: string, name: string, legs: Leg[], waiting?: Waiting }} Card
 */

const CARDS_MAX = 60
const MATCHED = {
  event_id: 'same event id',
  order_id: 'same order number',
  fallback_external_id: 'same customer id',
  fallback_fbp: 'same browser cookie',
  repaired: 'repaired',
}

/** @type {Map<number, Leg>} */
const legs = new Map()
/** @type {Waiting[]} */
let waiting = []
/** @type {Map<string, HTMLElement>} */
const drawn = new Map()

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
const panel = find('panel')
const base = panel.dataset.base ?? ''

listen()
toggling()
switching()
setInterval(() => {
  if (waiting.some((one) => one.due_at_ms)) draw()
}, 500)

function listen() {
  const stream = new EventSource(`${base}/panel/live`)
  stream.addEventListener('snapshot', (message) => {
    legs.clear()
    for (const leg of JSON.parse(message.data)) legs.set(leg.seq, leg)
    panel.classList.add('is-live')
    draw()
  })
  stream.addEventListener('leg', (message) => {
    const leg = JSON.parse(message.data)
    legs.set(leg.seq, leg)
    draw()
    beat()
  })
  stream.addEventListener('outbox', (message) => {
    waiting = JSON.parse(message.data)
    draw()
  })
  stream.addEventListener('error', () => {
    panel.classList.remove('is-live')
    // Browsers try again after a lost connection, but not after a refusal.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 5000)
  })
}

/** Legs under the event they were counted as, oldest first, and what still waits to be sent. */
function gather() {
  /** @type {Map<string, Card>} */
  const cards = new Map()
  for (const leg of [...legs.values()].sort((a, b) => a.seq - b.seq)) {
    const key = String(leg.of_seq ?? leg.seq)
    const card = cards.get(key) ?? { key, name: leg.event_name, legs: [] }
    card.legs.push(leg)
    cards.set(key, card)
  }
  for (const one of waiting) {
    const twin = [...cards.values()].find(
      (card) =>
        card.name === one.event_name &&
        card.legs.some(
          (leg) => leg.event_id === one.event_id || (one.order_id && leg.order_id === one.order_id),
        ),
    )
    if (twin?.legs.some((leg) => leg.channel === 'server' && leg.event_id === one.event_id))
      continue
    if (twin) twin.waiting = one
    else {
      const key = `waiting ${one.event_id}`
      cards.set(key, { key, name: one.event_name, legs: [], waiting: one })
    }
  }
  return [...cards.values()]
}

function draw() {
  const cards = gather()
  tally()
  tellStory(cards)
  const list = find('cards')
  const newest = cards.reverse().slice(0, CARDS_MAX)
  const keep = new Set(newest.map((card) => card.key))
  for (const [key, element] of drawn) {
    if (keep.has(key)) continue
    element.remove()
    drawn.delete(key)
  }
  newest.forEach((card, place) => {
    const text = JSON.stringify([card, secondsLeft(card.waiting)])
    let element = drawn.get(card.key)
    if (element?.dataset.state !== text) {
      const fresh = cardElement(card)
      fresh.dataset.state = text
      if (element) element.replaceWith(fresh)
      else fresh.classList.add('is-new')
      drawn.set(card.key, fresh)
      element = fresh
    }
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null)
  })
}

function tally() {
  const all = [...legs.values()]
  const count = {
    received: all.length,
    duplicates: all.filter((leg) => leg.verdict === 'duplicate').length,
    counted: all.filter((leg) => leg.verdict === 'accepted').length,
  }
  for (const [name, number] of Object.entries(count)) {
    const place = panel.querySelector(`[data-tally="${name}"]`)
    if (place && place.textContent !== String(number)) place.textContent = String(number)
  }
}

/** @param {Card} card */
function cardElement(card) {
  const sides = { browser: legsOf(card, 'browser'), server: legsOf(card, 'server') }
  const element = make('li', `event ${card.name === 'Purchase' ? 'is-sale' : ''}`)
  element.append(
    make('span', 'event-name', card.name),
    make('span', 'event-value', priceOf(card)),
    make('span', `event-end ${counted(card) ? 'is-counted' : 'is-open'}`, verdict(card)),
  )
  const what = about(card)
  if (what) element.append(make('span', 'event-what', what))
  element.append(wire(card, sides))
  const removed = card.legs.filter((leg) => leg.verdict === 'duplicate').length
  if (removed > 1) element.append(make('span', 'event-more', `${removed} duplicates removed`))
  return element
}

/** @param {Card} card @param {{ browser: Leg[], server: Leg[] }} sides */
function wire(card, sides) {
  const element = make('span', 'wire')
  const link = match(card)
  element.classList.toggle('is-joined', link !== undefined)
  element.append(
    lamp('Browser', 'browser', lampState(sides.browser, undefined)),
    make('span', 'link', link ?? ''),
    lamp('Server', 'server', lampState(sides.server, card.waiting)),
  )
  return element
}

/** @param {Leg[]} arrived @param {Waiting | undefined} wait */
function lampState(arrived, wait) {
  if (arrived.length > 1) return { state: 'on', text: `arrived ${arrived.length}×` }
  if (arrived.length === 1) return { state: 'on', text: clock(arrived[0].received_at_ms) }
  if (!wait) return { state: 'off', text: 'not here' }
  if (wait.state === 'failed') return { state: 'failed', text: 'failed, kept' }
  if (wait.state === 'delayed') return { state: 'waiting', text: `in ${secondsLeft(wait)} s` }
  return { state: 'waiting', text: 'on its way' }
}

/** @param {string} title @param {string} side @param {{ state: string, text: string }} light */
function lamp(title, side, light) {
  const element = make('span', `lamp ${side} is-${light.state}`)
  const words = make('span', 'lamp-words', title)
  words.append(make('small', '', light.text))
  element.append(make('i', 'bulb'), words)
  return element
}

/** @param {Card} card */
function match(card) {
  const twin = card.legs.find((leg) => leg.matched_by && leg.channel !== card.legs[0].channel)
  return twin && (MATCHED[/** @type {keyof typeof MATCHED} */ (twin.matched_by)] ?? twin.matched_by)
}

/** @param {Card} card */
const counted = (card) => card.legs.some((leg) => leg.verdict === 'accepted')

/** @param {Card} card */
function verdict(card) {
  if (counted(card)) return 'Counted once'
  const first = card.legs[0]
  if (!first) return 'Not here yet'
  // Its kept copy is older than what this panel has seen.
  if (first.verdict === 'duplicate') return 'Duplicate removed'
  return `${first.verdict === 'dropped' ? 'Dropped' : 'Rejected'}: ${words(first.reason)}`
}

/** @param {Card[]} cards */
function tellStory(cards) {
  const sale = cards.filter((card) => card.name === 'Purchase').at(-1)
  if (!sale) return
  const text = saleStory(sale)
  const story = find('story')
  story.classList.add('is-sale')
  if (story.textContent !== text) story.textContent = text
}

/** @param {Card} sale */
function saleStory(sale) {
  const browser = legsOf(sale, 'browser').length
  const server = legsOf(sale, 'server').length
  const wait = sale.waiting
  if (!browser && !server) {
    return wait?.state === 'failed'
      ? 'Your purchase reached nobody: the browser’s report was blocked and the server’s failed. The shop has kept it; set the server back to normal and it is counted.'
      : 'Your purchase is on its way: the server will report it in a moment.'
  }
  if (!counted(sale) && sale.legs[0].verdict !== 'duplicate')
    return `Your purchase was not counted. ${verdict(sale)}.`
  if (!server) return browserAlone(wait)
  if (!browser) {
    return 'Your purchase was counted once, from the server’s report. The browser’s has not arrived: with an ad blocker it never does, and the sale is still there.'
  }
  const how = match(sale)
  const times = sale.legs.length === 2 ? 'twice' : `${sale.legs.length} times`
  const why =
    how === MATCHED.order_id
      ? 'the ids differed, but both named the same order number'
      : `matched by the ${how}`
  return `Your purchase was reported ${times} and counted once: ${why}.`
}

/** @param {Waiting | undefined} wait */
function browserAlone(wait) {
  const start = 'Your purchase was counted once, from the browser’s report.'
  if (wait?.state === 'failed') {
    return `${start} The server’s failed and is kept by the shop: set it back to normal and it joins this sale without being counted again.`
  }
  if (wait) return `${start} The server’s is late and will join it without being counted again.`
  return `${start} The server’s has not arrived yet.`
}

/** The server knows best what was paid. @param {Card} card */
function priceOf(card) {
  const leg = legsOf(card, 'server').find(hasValue) ?? card.legs.find(hasValue)
  if (leg?.value === undefined) return ''
  return new Intl.NumberFormat('en', { style: 'currency', currency: leg.currency ?? 'EUR' }).format(
    leg.value,
  )
}

/** @param {Leg} leg */
const hasValue = (leg) => typeof leg.value === 'number'

/** @param {Card} card @param {string} channel */
const legsOf = (card, channel) => card.legs.filter((leg) => leg.channel === channel)

/** @param {Card} card */
const about = (card) => {
  const order = card.legs.find((leg) => leg.order_id)?.order_id ?? card.waiting?.order_id
  const what = card.legs.find((leg) => leg.what)?.what ?? ''
  return [order, what].filter(Boolean).join(' · ')
}

/** @param {Waiting | undefined} wait */
const secondsLeft = (wait) =>
  wait?.due_at_ms ? Math.max(0, Math.ceil((wait.due_at_ms - Date.now()) / 1000)) : 0

/** @param {number} atMs */
const clock = (atMs) => new Date(atMs).toLocaleTimeString('en-GB')

/** @param {string | undefined} code */
const words = (code) => (code ?? 'no reason given').replaceAll('_', ' ')

/** @param {string} tag @param {string} className @param {string} [text] */
function make(tag, className, text) {
  const element = document.createElement(tag)
  if (className) element.className = className.trim()
  if (text) element.textContent = text
  return element
}

function beat() {
  const pulse = find('panel-pulse')
  pulse.classList.remove('is-beating')
  // Reading the width restarts the animation.
  void pulse.offsetWidth
  pulse.classList.add('is-beating')
}

function toggling() {
  const details = /** @type {HTMLDetailsElement} */ (find('breaking'))
  const kept = sessionStorage.getItem('brewbeans_breaking')
  details.open = kept ? kept === 'open' : matchMedia('(min-width: 1000px)').matches
  details.addEventListener('toggle', () => {
    sessionStorage.setItem('brewbeans_breaking', details.open ? 'open' : 'closed')
  })
  const toggle = find('panel-toggle')
  const isOpen = () => find('panel-body').offsetParent !== null
  /** @param {boolean} open */
  const set = (open) => {
    const state = open ? 'open' : 'closed'
    panel.classList.remove('is-open', 'is-closed', 'is-auto')
    panel.classList.add(`is-${state}`)
    toggle.setAttribute('aria-expanded', String(open))
    // biome-ignore lint/suspicious/noDocumentCookie: the server renders the panel as it was left
    document.cookie = `brewbeans_panel=${state}; path=${base || '/'}; samesite=lax`
  }
  toggle.setAttribute('aria-expanded', String(isOpen()))
  toggle.addEventListener('click', () => set(!isOpen()))
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isOpen()) return
    set(false)
    toggle.focus()
  })
}

function switching() {
  const form = /** @type {HTMLFormElement} */ (find('switches'))
  form.addEventListener('change', async (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target)
    const note = find(`note-${input.name}`)
    note.textContent = input.dataset.note ?? ''
    form.classList.add('is-saving')
    const body = new URLSearchParams(
      /** @type {[string, string][]} */ ([...new FormData(form).entries()]),
    )
    const answer = await fetch(form.action, { method: 'POST', body }).catch(() => undefined)
    form.classList.remove('is-saving')
    if (!answer?.ok)
      note.textContent = 'The shop did not answer, so nothing was changed. Try again.'
  })
}
