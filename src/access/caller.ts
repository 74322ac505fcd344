/**
 * Who calls the API, as plain data: a person at a browser, the holder of a token, or nobody. What
 * the caller may do is decided anew for every request by rights.ts. Made by access.ts.
 */
import type { Grant } from './grant.ts'

export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'token'; readonly id: string; readonly name: string; readonly grant: Grant }
  | {
      readonly kind: 'person'
      readonly id: string
      readonly name: string
      /** Of the session they came with; not its secret. */
      readonly session_id: string
    }

export const NOBODY: Caller = { kind: 'nobody' }

/** What is asked for: a dataset, a business, or the instance with all of them. */
export type Scope =
  | { readonly on: 'dataset' | 'business'; readonly id: string }
  | { readonly on: 'instance' }

export const INSTANCE: Scope = { on: 'instance' }

/** As people know them; '' for nobody. */
export const nameOf = (caller: Caller): string => (caller.kind === 'nobody' ? '' : caller.name)
