/**
 * Which family of browser on which system a user agent names, and whether it is the browser inside
 * an app: coarse on purpose, for counters of what browsers lose. No versions, and no bots: those
 * are told apart at the door. Pure; ingest counts by it, quality/ reads the counters.
 */

export interface AgentClass {
  readonly browser: string
  readonly os: string
}

/** First match wins: apps name the system's browser too, and most browsers name Chrome. */
const BROWSERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['instagram', /\bInstagram\b/],
  ['messenger', /FBAN\/Messenger|\bMessenger(ForiOS|LiteForiOS)/],
  ['facebook', /\bFB(AN|AV|_IAB|IOS)\b|\[FB/],
  ['tiktok', /\b(TikTok|musical_ly|BytedanceWebview|trill)/i],
  ['pinterest', /\bPinterest\b/],
  ['snapchat', /\bSnapchat\b/],
  ['linkedin', /\bLinkedInApp\b/],
  ['x', /\bTwitter\b/],
  ['whatsapp', /\bWhatsApp\b/],
  ['line', /\bLine\//],
  ['wechat', /\bMicroMessenger\b/],
  ['google_app', /\bGSA\//],
  ['duckduckgo', /\b(DuckDuckGo|Ddg)\//],
  ['edge', /\bEdg(A|iOS)?\/|\bEdge\//],
  ['opera', /\b(OPR|OPT|OPX|Opera)\b/],
  ['samsung', /\bSamsungBrowser\//],
  ['vivaldi', /\bVivaldi\//],
  ['yandex', /\bYaBrowser\//],
  ['firefox', /\b(Firefox|FxiOS|Focus)\//],
  ['webview', /; wv\)|\b(iPhone|iPad|iPod)\b(?!.*\bSafari\/)/],
  ['chrome', /\b(Chrome|Chromium|CriOS)\//],
  ['safari', /\bVersion\/.*\bSafari\//],
]

const SYSTEMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['ios', /\b(iPhone|iPad|iPod)\b/],
  ['android', /\bAndroid\b/],
  ['windows', /\bWindows\b/],
  ['chromeos', /\bCrOS\b/],
  ['macos', /\bMacintosh\b|\bMac OS X\b/],
  ['linux', /\bLinux\b|\bX11\b/],
]

/** Where no user agent came along. */
export const UNKNOWN = 'unknown'

const APPS: ReadonlySet<string> = new Set([
  'instagram',
  'messenger',
  'facebook',
  'tiktok',
  'pinterest',
  'snapchat',
  'linkedin',
  'x',
  'whatsapp',
  'line',
  'wechat',
  'google_app',
  'webview',
])

/** The browser inside an app, where cookies and scripts live by that app's rules. */
export const isInApp = (browser: string): boolean => APPS.has(browser)

export function agentClass(userAgent: string | undefined): AgentClass {
  if (!userAgent) return { browser: UNKNOWN, os: UNKNOWN }
  return { browser: nameIn(BROWSERS, userAgent), os: nameIn(SYSTEMS, userAgent) }
}

/** As counters name it: a bounded number of texts, whatever user agents come. */
export function agentText(userAgent: string | undefined): string {
  const { browser, os } = agentClass(userAgent)
  return `${browser}.${os}`
}

export function agentOfText(text: string): AgentClass {
  const [browser = UNKNOWN, os = UNKNOWN] = text.split('.')
  return { browser, os }
}

function nameIn(table: typeof BROWSERS, userAgent: string): string {
  return table.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? 'other'
}
