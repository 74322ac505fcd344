/** What a browser calls itself, short enough for a list of sessions: `Firefox on Windows`. */
import Bowser from 'bowser'
import { USER_AGENT_CHARS_MAX } from '../limits.ts'

/** Empty when it says nothing that is known. */
export function browserOf(userAgent: string | undefined): string {
  if (!userAgent) return ''
  const { browser, os } = Bowser.parse(userAgent.slice(0, USER_AGENT_CHARS_MAX))
  return [browser.name, os.name].filter(Boolean).join(' on ')
}
