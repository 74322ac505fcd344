/**
 * Whether a user agent is a crawler or a headless browser, by the isbot library. Programs that call
 * us on purpose (curl, an SDK, a tag server) are no bots: they do not pretend to be visitors.
 */
import { isbot } from 'isbot'
import { USER_AGENT_CACHE_MAX } from '../limits.ts'

const PRETENDS = /mozilla|bot|crawl|spider|headless/i
const known = new Map<string, boolean>()

export function isBot(userAgent: string): boolean {
  const cached = known.get(userAgent)
  if (cached !== undefined) return cached
  const bot = PRETENDS.test(userAgent) && isbot(userAgent)
  if (known.size >= USER_AGENT_CACHE_MAX) known.clear()
  known.set(userAgent, bot)
  return bot
}
