/** Names of browsers and systems as people know them. Pure. */
import { readable } from '../words.ts'

const NAMES: Readonly<Record<string, string>> = {
  ios: 'iOS',
  macos: 'macOS',
  chromeos: 'ChromeOS',
  tiktok: 'TikTok',
  linkedin: 'LinkedIn',
  whatsapp: 'WhatsApp',
  wechat: 'WeChat',
  webview: 'Inside another app',
  unknown: 'Not known',
}

export const browserName = (code: string): string => NAMES[code] ?? readable(code)
