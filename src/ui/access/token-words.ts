/** What a token of each purpose may do. */
import type { TokenView } from '../../api/types.ts'

export const PURPOSE_WORDS: Readonly<
  Record<TokenView['purpose'], { title: string; about: string }>
> = {
  send: { title: 'Send', about: 'Reports events, and nothing else. For your server.' },
  read: { title: 'Read', about: 'Sees reports and events. For a dashboard or an agency.' },
  admin: { title: 'Admin', about: 'Changes everything of it. For automation you trust.' },
}

export const PURPOSES = Object.keys(PURPOSE_WORDS) as TokenView['purpose'][]

/** Days after which a token ends; 0: it lasts. */
export const LIFETIMES = [
  { value: '0', label: 'Until it is revoked' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
] as const
