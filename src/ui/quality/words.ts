/** The codes of the quality reports in words a shop owner reads. Unknown ones show as they are. */
import { readable } from '../words.ts'

export const BAND_WORDS = {
  poor: { title: 'Poor', color: 'red' },
  ok: { title: 'OK', color: 'yellow' },
  good: { title: 'Good', color: 'teal' },
  great: { title: 'Great', color: 'green' },
} as const

interface Words {
  readonly title: string
  readonly detail: string
}

const ADDITIONS: Record<string, Words> = {
  em: {
    title: 'Add the e-mail address',
    detail: 'Send em, normalised and hashed; the checkout knows it.',
  },
  ph: {
    title: 'Add the phone number',
    detail: 'Send ph with the country code; ask for it at checkout.',
  },
  external_id: {
    title: 'Add your customer id',
    detail: 'Send external_id, the same one from browser and server.',
  },
  fbc: {
    title: 'Add the ad click (fbc)',
    detail: 'Pass the _fbc cookie on. Only visitors who clicked an ad have one: this is a ceiling.',
  },
  fbp: {
    title: 'Add the browser cookie (fbp)',
    detail: 'Pass the _fbp cookie of the visitor on to your server events.',
  },
  ip_and_user_agent: {
    title: 'Add IP address and browser',
    detail: 'Send client_ip_address and client_user_agent of the visitor, not of your server.',
  },
  name_and_place: {
    title: 'Add name and address',
    detail: 'Send fn and ln with zp or ct: the delivery address has them.',
  },
  country: { title: 'Add the country', detail: 'Send country; it helps a little.' },
}

export const additionWords = (add: string): Words =>
  ADDITIONS[add] ?? { title: `Add ${readable(add)}`, detail: '' }

export const FREQUENCY_WORDS: Record<string, string> = {
  real_time: 'Half or more within a minute',
  hourly: 'Half or more within the hour',
  daily: 'Half or more within two days',
  weekly: 'Half or more later than two days',
}

const AGENTS: Record<string, string> = {
  unknown: 'No user agent sent',
  other: 'Others',
  chrome: 'Chrome',
  safari: 'Safari',
  firefox: 'Firefox',
  edge: 'Edge',
  samsung: 'Samsung Internet',
  opera: 'Opera',
  duckduckgo: 'DuckDuckGo',
  facebook: 'Facebook app',
  instagram: 'Instagram app',
  messenger: 'Messenger app',
  tiktok: 'TikTok app',
  linkedin: 'LinkedIn app',
  whatsapp: 'WhatsApp',
  wechat: 'WeChat',
  x: 'X app',
  google_app: 'Google app',
  webview: 'Another app',
  ios: 'iOS',
  macos: 'macOS',
  chromeos: 'ChromeOS',
  in_app: 'Inside an app',
  browser: 'A browser of its own',
}

export const agentWords = (name: string): string => AGENTS[name] ?? readable(name)

export const SHARED_KEY_WORDS: Record<string, string> = {
  event_id: 'Event id',
  external_id: 'Customer id (external_id)',
  fbp: 'Browser cookie (fbp)',
}

/** One digit, as scores are read; never 10.0 for what is not quite. */
export const formatScore = (score: number): string =>
  (score < 10 && score > 9.95 ? 9.9 : score).toFixed(1)

export const formatGain = (gain: number): string =>
  gain > 0 && gain < 0.05 ? '+<0.1' : `+${gain.toFixed(1)}`
