/**
 * What an fbq call means. Every call gets its moment and its event id here, waits while consent is
 * revoked or the page is not shown yet, and then reaches the datasets it concerns. Where calls come
 * from is stub.ts, how events leave is send.ts. State is the page's: the script runs once a page.
 */
import { eventId } from '../event/ids.ts'
import type { PixelDatasetSettings, PixelEvent } from '../event/pixel-wire.ts'
import { gate, locked } from './gate.ts'
import { hashed, type Matches } from './hashed.ts'
import { clickIds, watchConsent, watchNavigation } from './page.ts'
import { add, flush } from './send.ts'
import { datasets, settings, tag } from './settings.ts'
import { companion, flag } from './stub.ts'
import { randomText, safely, warn } from './warn.ts'

type Arguments = ArrayLike<unknown>
type Plain = Record<string, unknown>
/** What a tracking call says, before it is known which datasets it goes to. */
type Action = Omit<PixelEvent, 'dataset_id' | 'user_data'>

type Processing = Pick<
  PixelEvent,
  'data_processing_options' | 'data_processing_options_country' | 'data_processing_options_state'
>

/** A dataset that `init` named; the first four as pages read them from getState(). */
interface Pixel {
  readonly id: string
  agent: unknown
  eventCount: number
  userData: Matches
  readonly settings: PixelDatasetSettings
  /** From forms; what `init` said wins. */
  found?: Matches
  trackSingleOnly?: unknown
  firstPartyCookies: unknown
  /** Its manual PageView of this page load is done. */
  viewed?: boolean
}

/** Calls that may wait for consent; a page that never asks must not grow without end. */
const HELD_MAX = 1000

/** The one pixel of Meta's that stands for the first dataset in companion mode. */
let mirrored = tag.pixel
/** What `consent` said, and the strings that the page passes on from its consent platform. */
const consented: NonNullable<PixelEvent['consent']> = {}
const held: (() => void)[] = []
let watching = false
let cookies: unknown
let initialisedAtMs = -1
let processing: Processing = {}
const pixels: Record<string, Pixel> = {}
const gpc = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl

/** Runs what waited, in its order, if nothing holds it any more. */
export function release(): void {
  if (locked()) return
  held.splice(0).forEach(safely)
  flush()
}

/** A page view that nobody called for: navigation without load, back-forward cache. */
export const view = (): void => void take(['auto', 'PageView'], true)

/**
 * Takes a call; answers with it as Meta's script should see it: with an event id. `loose` frees it
 * from the rule that a page reports one PageView.
 */
export function take(given: Arguments, loose?: boolean): Arguments {
  safely(() => {
    const args: unknown[] = Array.from((Array.isArray(given[0]) ? given[0] : given) as Arguments)
    const [method, ...rest] = args as [string, ...unknown[]]
    const single = /Single/.test(method)
    const refused = gate.revoked
    let action: Action
    let run = () => {
      for (const pixel of find(single && rest[0])) {
        const wanted = single || !pixel.trackSingleOnly
        if (wanted && !(refused && !pixel.settings.replay_revoked)) track(action, pixel, loose)
      }
    }
    if (/^(track|auto|send)/.test(method)) action = act(args, single || /y$/.test(method) ? 2 : 1)
    else if (commands[method]) run = () => commands[method]?.(...rest)
    else return warn(`${method} not found`)
    given = args
    if (!locked() || method === 'consent') run()
    else if (held.length < HELD_MAX) held.push(run)
  })
  return given
}

const commands: Record<string, (...args: unknown[]) => void> = {
  init,
  addPixelId: init,
  consent(answer) {
    if (!/^(grant|revoke)$/.test(answer as string)) return warn(`consent ${answer}`)
    // What was allowed until now may still go.
    flush()
    gate.revoked = answer === 'revoke'
    Object.assign(consented, { state: 'granted', signal: 'fbq' })
    release()
  },
  dataProcessingOptions(...options) {
    processing = process(options)
  },
  set(key, value, id) {
    if (key === 'consent') Object.assign(consented, value)
    if (key === 'firstPartyCookies') cookies = value
    for (const pixel of find(id)) {
      if (key === 'userData') pixel.userData = hashed(value, pixel.settings)
      else if (/^(agent|track|firstP)/.test(key as string)) pixel[key as 'agent'] = value
    }
  },
}

function init(id: unknown, data?: unknown, options?: unknown) {
  const dataset = datasetOf(id)
  if (!/^[1-9]\d*$/.test(dataset)) return warn(`Pixel ${id} not found`)
  const chosen = datasets[dataset] ?? settings.defaults
  if (initialisedAtMs < 0) {
    initialisedAtMs = Date.now()
    watchConsent(consented)
  }
  pixels[dataset] ??= {
    id: dataset,
    agent: (options as Plain | undefined)?.agent ?? flag('agent'),
    eventCount: 0,
    userData: {},
    settings: chosen,
    firstPartyCookies: cookies ?? chosen.first_party_cookies,
  }
  const pixel = pixels[dataset]
  // A second init may bring the user data that the first one lacked, and nothing else.
  if (!Object.keys(pixel.userData)[0]) pixel.userData = hashed(data, chosen)
}

/** The dataset that a pixel id means; beside Meta's script its pixel is our first dataset. */
function datasetOf(id: unknown): string {
  const text = `${id}`
  const [first] = Object.keys(datasets)
  if (datasets[text] || !first || !companion()) return text
  mirrored ??= text
  return mirrored === text ? first : ''
}

/** The pixel named, or all of them. */
function find(id: unknown): readonly Pixel[] {
  if (!id) return Object.values(pixels)
  const pixel = pixels[datasetOf(id)]
  if (!pixel) warn(`Pixel ${id} not found`)
  return pixel ? [pixel] : []
}

/** The event of a call, as of now; puts its id into the call's arguments for Meta's script. */
function act(args: unknown[], at: number): Action {
  const data = plain(args[at + 1])
  const extra = plain(args[at + 2])
  const given = (extra.eventID ?? extra.event_id ?? '') as Plain
  const name = `${(args[at] === 'CustomEvent' && data.event) || (args[at] ?? '')}`
  let id = `${given.eventID ?? given.event_id ?? given}`
  if (name === 'Purchase') {
    // The server makes the same id of the same order, and a reloaded receipt is no second sale.
    id ||= eventId(name, data.order_id)
    if (!data.currency || !((data.value as number) >= 0)) warn('Purchase needs value and currency')
  }
  id ||= randomText() + randomText()
  args[at + 2] = { ...extra, eventID: id }
  return {
    event_name: name,
    event_time: Math.floor(Date.now() / 1000),
    event_id: id,
    event_source_url: location.href,
    referrer_url: document.referrer,
    custom_data: data,
    browser: {
      title: document.title,
      method: `${args[0]}`,
      mode: companion() ? 'companion' : 'replace',
    },
  }
}

/** What a page passed, as JSON has it: cycles and throwing getters are left out. */
function plain(data: unknown): Plain {
  const result: Plain = {}
  safely(() => {
    for (const key in data as Plain) {
      safely(() => {
        const value = (data as Plain)[key]
        if (value != null) result[key] = JSON.parse(JSON.stringify(value))
      })
    }
  })
  return result
}

function process([options, country, state]: readonly unknown[]): Processing {
  return {
    data_processing_options: [options].flat() as string[],
    data_processing_options_country: country as number,
    data_processing_options_state: state as number,
  }
}

function track(action: Action, pixel: Pixel, loose: boolean | undefined): void {
  const { gpc: wish } = pixel.settings
  if (gpc && wish === 'block') return
  if (action.event_name === 'PageView' && !loose && !flag('allowDuplicatePageViews')) {
    if (pixel.viewed) return
    pixel.viewed = true
  }
  if (!watching && !flag('disablePushState')) watchNavigation(view)
  watching = true
  pixel.eventCount++
  const limited = gpc && wish === 'limit' && !processing.data_processing_options?.[0]
  const user_data: Record<string, string | readonly string[]> = {
    ...pixel.found,
    ...pixel.userData,
  }
  if (pixel.firstPartyCookies) {
    safely(() => Object.assign(user_data, clickIds(action.event_source_url)))
  }
  add({
    ...action,
    user_data,
    dataset_id: pixel.id,
    ...(limited ? process([['LDU'], 0, 0]) : processing),
    consent: consented,
    browser: { ...action.browser, agent: pixel.agent as string },
  })
}

export function foundInForm(read: () => unknown): void {
  for (const pixel of find(0)) {
    if (pixel.settings.auto_matching && !locked()) pixel.found = hashed(read(), pixel.settings)
  }
}

/** As Meta's script answers. */
export const getState = () => ({
  pixelInitializationTime: initialisedAtMs,
  pixels: find(0),
})
