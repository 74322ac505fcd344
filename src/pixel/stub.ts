/**
 * Takes over whatever calls itself fbq on the page: the base code's stub, its many variants, and
 * Meta's own loaded script. Works by accessors on the stub itself, because pages and Meta's script
 * keep references to it: `callMethod` answers with ours, `queue` is emptied whoever fills it. In
 * companion mode each call goes on to Meta's script with an event id added and nothing else changed.
 */

type Arguments = ArrayLike<unknown>
type Method = (this: unknown, ...args: unknown[]) => void
/** auto: companion if Meta's script is there. */
export type Mode = 'auto' | 'replace' | 'companion'

export interface Fbq {
  (...args: unknown[]): void
  callMethod?: Method
  queue?: Arguments[]
  [property: string]: unknown
}

declare global {
  interface Window {
    fbq?: Fbq
    _fbq?: Fbq
  }
}

/** Takes a call; answers with it as Meta's script should see it. `loose`: called without `this`. */
export type Take = (args: Arguments, loose?: boolean) => Arguments

let mode: Mode
let take: Take
let additions: object
/** Meta's callMethod, once its script is there. */
let theirs: Method | undefined
/** True while Meta's script runs a call that was taken already. */
let inside = false
let current: Fbq | undefined
const adopted = new Set<unknown>()
/** For a script of Meta's that comes although nothing announced it. */
const history: Arguments[] = []
const HISTORY_MAX = 100
const { push } = Array.prototype
const ownScript = document.currentScript

/** A property that the page set on fbq, such as allowDuplicatePageViews. */
export const flag = (name: string): unknown => current?.[name]

/** Is Meta's script on the page, or on its way? Once true, always true. */
export function companion(): boolean {
  if (mode === 'auto') {
    for (const script of document.querySelectorAll('[src*="//connect.facebook.net/"]')) {
      if (script !== ownScript) mode = 'companion'
    }
  }
  return mode === 'companion'
}

/** Adopts the page's fbq, now and whenever the page replaces it; `added` is put on each. */
export function openStub(chosen: Mode, taker: Take, added: object): void {
  mode = chosen
  take = taker
  additions = added
  const before = Object.getOwnPropertyDescriptor(window, 'fbq')
  adopt(window._fbq)
  adopt(window.fbq)
  define(
    window,
    'fbq',
    () => current,
    (fbq: Fbq) => {
      // Somebody else may be waiting for the same assignment.
      before?.set?.call(window, fbq)
      adopt(fbq)
    },
  )
}

/** For a page without base code. */
export function install(): void {
  if (current || companion()) return
  const fbq = ((...args) => fbq.callMethod?.(...args)) as Fbq
  fbq.queue = []
  window._fbq = fbq.push = window.fbq = fbq
}

function adopt(fbq: Fbq | undefined): void {
  if (!fbq) return
  current = fbq
  if (adopted.has(fbq)) return
  adopted.add(fbq)
  const { callMethod, queue } = fbq
  const call: Method = function (...args) {
    pass(take(args, this == null), fbq)
  }
  const arrive = (method: Method | undefined) => {
    if (!method || mode === 'replace') return
    mode = 'companion'
    theirs = method
    // It is still being set up.
    Promise.resolve().then(() => {
      for (const args of history.splice(0)) pass(args, fbq)
    })
  }
  let list = queue
  const fill = (calls: Arguments[]) => {
    list = calls
    const waiting = calls.splice(0)
    calls.push = (...more) => {
      for (const args of more) {
        if (inside) push.call(calls, args)
        else pass(take(args), fbq)
      }
      return calls.length
    }
    calls.push(...waiting)
  }
  arrive(callMethod)
  Object.assign(fbq, additions)
  define(fbq, 'callMethod', () => (theirs || !companion() ? call : undefined), arrive)
  define(fbq, 'queue', () => list, fill)
  if (queue) fill(queue)
}

/** A call that was taken goes on to Meta's script: now, when it comes, or if ever it comes. */
function pass(args: Arguments, fbq: Fbq): void {
  if (theirs) {
    inside = true
    try {
      theirs.apply(fbq, args as unknown[])
    } finally {
      inside = false
    }
  } else if (companion()) push.call(fbq.queue, ...history.splice(0), args)
  else if (history.length < HISTORY_MAX) history.push(args)
}

function define(on: object, name: string, get: () => unknown, set: (value: never) => void): void {
  try {
    Object.defineProperty(on, name, { configurable: true, get, set })
  } catch {
    // A frozen stub: its queue is watched all the same.
  }
}
