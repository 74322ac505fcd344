/**
 * Takes the place of whatever calls itself fbq on the page: the base code's stub, its variants,
 * Meta's own loaded script. `fbq` becomes one function of ours that never changes; every stub found,
 * now or later, is pointed at it, so a reference that the page kept still works. In companion mode
 * each call goes on to Meta's script with an event id added and nothing else changed.
 */
import { ownScript, tag } from './settings.ts'
import { safely } from './warn.ts'

type Arguments = ArrayLike<unknown>
/** Takes a call; answers with it as Meta's script should see it. */
type Take = (args: Arguments, loose?: boolean) => Arguments

interface Fbq {
  (this: unknown, ...args: unknown[]): void
  callMethod?: Fbq
  queue: Arguments[]
  getState?(): { readonly pixels: readonly { readonly id: unknown; readonly userData: unknown }[] }
  [property: string]: unknown
}

declare global {
  interface Window {
    fbq?: Fbq
    _fbq?: Fbq
  }
}

/** Calls kept for a script of Meta's that is still to come. */
const WAITING_MAX = 100

/** replace: ours alone. companion: beside Meta's script. Else companion if Meta's is there. */
let { mode } = tag
let take: Take
/** True while Meta's script runs a call that was taken already. */
let inside = false
/** In companion mode there is no fbq before the page makes one, or the base code would stop. */
let visible = mode !== 'companion'

/** Some tag managers call callMethod on null, and mean that page views may repeat. */
const fbq = function (this: unknown, ...args: unknown[]) {
  pass(take(args, this === null))
} as Fbq
fbq.queue = []

/** A property that the page set on fbq, such as allowDuplicatePageViews. */
export const flag = (name: string): unknown => fbq[name]

/** Is Meta's script on the page, or on its way? Once true, always true. */
export function companion(): boolean {
  if (!mode) {
    if (fbq.callMethod !== fbq) mode = 'companion'
    for (const script of document.querySelectorAll('[src*="connect.facebook.net/"]')) {
      if (script !== ownScript) mode = 'companion'
    }
  }
  return mode === 'companion'
}

/** Adopts the page's fbq, now and whenever the page replaces it. */
export function openStub(taker: Take, additions: object): void {
  take = taker
  Object.assign(fbq, additions)
  fbq.push = fbq
  if (visible) fbq.callMethod = fbq
  const before = Object.getOwnPropertyDescriptor(window, 'fbq')
  const found = window.fbq
  window._fbq = fbq
  safely(() =>
    Object.defineProperty(window, 'fbq', {
      configurable: true,
      get: () => (visible ? fbq : undefined),
      set(stub: Fbq) {
        // Somebody else may be waiting for the same assignment.
        before?.set?.call(window, stub)
        safely(() => adopt(stub))
      },
    }),
  )
  adopt(found)
}

function adopt(stub: Fbq | undefined): void {
  if (!stub || stub === fbq || stub.callMethod === fbq) return
  visible = true
  const { queue, getState } = stub
  // Flags of the page, and all of Meta's script when it was here first.
  Object.assign(fbq, stub)
  // In that case we missed its pixels, and the page view that every base code reports.
  if (getState) {
    for (const { id, userData } of getState().pixels) take(['init', id, userData])
    take(['track', 'PageView'])
  }
  safely(() => {
    stub.callMethod = fbq
  })
  if (!queue) return
  const waiting = queue.splice(0)
  queue.push = (...calls) => {
    for (const args of calls) {
      if (inside) queue[queue.length] = args
      else pass(take(args))
    }
    return queue.length
  }
  queue.push(...waiting)
}

/** A call that was taken goes on to Meta's script: now, when it comes, or if ever it comes. */
function pass(args: Arguments): void {
  const { callMethod } = fbq
  if (mode === 'replace') return
  if (callMethod && callMethod !== fbq) {
    inside = true
    safely(() => callMethod.apply(fbq, args as unknown[]))
    inside = false
  } else if (fbq.queue.length < WAITING_MAX) fbq.queue[fbq.queue.length] = args
}
