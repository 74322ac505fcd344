/**
 * What people see of connections and of what they delivered: types and the schema of what they may
 * set. No behaviour and no secret: connections.ts and hooks.ts implement these, the API hands them
 * on.
 */
import { z } from 'zod'
import type { Json } from '../../event/shape.ts'
import type { ConnectionKey } from '../../store/inbox.ts'

/** Everything but `source` may be changed later; what a change leaves out stays. */
export const connectionInputSchema = z.strictObject({
  source: z.string().describe('One of the kinds of source, such as shopify or stripe.'),
  name: z.string().trim().min(1).max(200).describe('Shown in the Events Manager.'),
  enabled: z.boolean().default(true).describe('Deliveries to a disabled one are refused.'),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('As the schema of the source says. A secret sent back masked stays as it is.'),
})

export type ConnectionInput = z.infer<typeof connectionInputSchema>

/** A connection as people see it: secrets are masked (`•••• 1a2b`). */
export interface ConnectionView extends ConnectionInput, ConnectionKey {
  readonly created_at_ms: number
  /** Below the origin of this server. */
  readonly path: string
  /** It has no secret yet, so nothing can be proven: deliveries are refused. */
  readonly needs_secret: boolean
  /** Why its settings cannot be used. */
  readonly problem?: { readonly code: string; readonly detail: string }
}

/** Shown once, when it is made. */
export interface ConnectionMade extends ConnectionView {
  /** The secret that was made for it; absent where the platform makes it. */
  readonly secret?: string
}

export interface SourceType {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly setup: readonly string[]
  readonly secret: { readonly from: string; readonly by: string; readonly label: string }
  /** JSON schema of `settings`; a secret field says `"secret": true`. */
  readonly schema: { readonly [key: string]: Json }
}

export interface ConnectionSettings {
  types(): readonly SourceType[]
  list(datasetId: string): readonly ConnectionView[]
  find(key: ConnectionKey): ConnectionView | undefined
  /** Throws `invalid_request`, `limit_reached`. */
  create(datasetId: string, input: unknown): Promise<ConnectionMade>
  /** Throws `connection_not_found`, `invalid_request`, `secret_unreadable`. */
  update(key: ConnectionKey, patch: unknown): Promise<ConnectionView>
  /** With everything it received. */
  remove(key: ConnectionKey): Promise<void>
}

/** Deliveries that were refused since the start; they are not stored. */
export interface Refusals {
  readonly n: number
  readonly last_ms: number
  readonly code: string
  readonly detail: string
}

export interface HookStatus {
  refusals(key: ConnectionKey): Refusals | undefined
}
