/**
 * What the page knows: the visitor's _fbp and _fbc cookies, the answer that its consent platform
 * holds, and when a single-page site moved on.
 * Cookies are touched only when an event is made, so never without consent. Called by fbq.ts. The
 * cookies' rules are those of event/fbp-fbc.ts in a short form; conformance/fbc.json binds both.
 */

import { safely } from './warn.ts'

/** What is read of the answers of a consent platform: IAB's TCF 2.2, and GPP 1.1 in `pingData`. */
interface ConsentAnswer {
  readonly eventStatus?: string
  readonly signalStatus?: string
  readonly tcString?: string
  readonly gppString?: string
}

declare global {
  interface Window {
    __tcfapi?(command: string, version: number, heard: (answer: ConsentAnswer) => void): void
    __gpp?(command: string, heard: (event: { readonly pingData: ConsentAnswer }) => void): void
  }
}

interface ConsentStrings {
  tcf?: string | undefined
  gpp?: string | undefined
}

const COOKIE_AGE_S = 90 * 86_400
const VALID = /^fb\.\d+\.\d+\.([^.]+)(\.[\w-]{8}|\.[AB]\w)?$/

let domain: string
/** What was last written: renews each cookie once a page, and serves where cookies are blocked. */
const written: Record<string, string | undefined> = {}

/** The ids of the visit at `url`, kept for 90 days from now. */
export function clickIds(url: string): { fbp: string; fbc: string } {
  domain ??= widestDomain()
  const start = `fb.${(domain || location.hostname).split('.').length - 1}.${Date.now()}.`
  const [fbp] = readCookie('_fbp')
  const [fbc, known] = readCookie('_fbc')
  const [, fbclid] = /[?&]fbclid=([^&#]{1,500})(?=[&#])/.exec(`${url}#${document.referrer}#`) ?? []
  const click = fbclid?.replace(/\./g, '__DOT__')
  return {
    fbp: keep('_fbp', fbp || start + `${Math.random()}`.slice(2, 20)) as string,
    fbc: keep('_fbc', click && click !== known ? start + click : fbc) as string,
  }
}

/**
 * Keeps the strings of the page's consent platform up to date in `consent`. While its question is
 * on the screen there is no answer yet, whatever its string says.
 */
export function watchConsent(consent: ConsentStrings): void {
  const hear = (answer: ConsentAnswer): void => {
    // tcloaded and useractioncomplete, not cmpuishown.
    if (/^[tu]/.test(answer.eventStatus as string)) consent.tcf = answer.tcString
    // "ready", not "not ready".
    if (/^r/.test(answer.signalStatus as string)) consent.gpp = answer.gppString
  }
  safely(() => window.__tcfapi?.('addEventListener', 2, hear))
  safely(() => window.__gpp?.('addEventListener', ({ pingData }) => hear(pingData)))
}

/** Calls `moved` whenever the address changes without a load. */
export function watchNavigation(moved: () => void): void {
  let { href } = location
  const check = () => {
    if (href === location.href) return
    href = location.href
    moved()
  }
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = function (...state) {
      original.apply(this, state)
      check()
    }
  }
  addEventListener('popstate', check)
}

/** The whole id and its payload; nothing for what Meta's libraries would throw away. */
function readCookie(name: string): readonly string[] {
  const value = document.cookie.split(`${name}=`)[1]?.split(';')[0] ?? written[name]
  return VALID.exec(`${value}`) ?? []
}

function keep(name: string, value: string | undefined): string | undefined {
  if (value && written[name] !== value) writeCookie(name, value, COOKIE_AGE_S)
  written[name] = value
  return value
}

function writeCookie(name: string, value: string, ageS: number): void {
  const secure = location.protocol === 'https:' ? ';secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: older browsers have no cookieStore.
  document.cookie = `${name}=${value};path=/;max-age=${ageS};samesite=lax;domain=${domain}${secure}`
}

/** The widest domain on which the browser keeps a cookie: it refuses public suffixes. */
function widestDomain(): string {
  const labels = location.hostname.split('.')
  for (let first = labels.length; first--; ) {
    domain = labels.slice(first).join('.')
    writeCookie('_t2', '1', 9)
    if (document.cookie.includes('_t2=')) {
      writeCookie('_t2', '', 0)
      return domain
    }
  }
  return ''
}
