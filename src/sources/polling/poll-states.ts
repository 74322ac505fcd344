/**
 * How far every platform was asked, kept in the store's settings documents: one small document per
 * connection, written after each page. Made by poller.ts.
 */
import { z } from 'zod'
import type { ConnectionKey } from '../../store/inbox.ts'
import type { Store } from '../../store/store.ts'

export const POLL_KIND = 'order_poll'

const roundSchema = z.object({
  ...{ pages: z.number(), orders: z.number(), added: z.number(), changed: z.number() },
  unread: z.number(),
})

const stateSchema = z.object({
  /** What was asked: another address or account is another shop, asked from the beginning. */
  of: z.string(),
  place: z.object({
    since_s: z.number(),
    next: z.string().exactOptional(),
    newest_s: z.number().exactOptional(),
  }),
  is_more: z.boolean(),
  last_ms: z.number().nullable(),
  ok_ms: z.number().nullable(),
  /** After trouble: the next round. */
  again_ms: z.number(),
  /** From -1 to 1: by how much of the jitter the next round comes later. */
  jitter: z.number(),
  /** Rounds that ended in trouble, one after the other. */
  failures: z.number(),
  trouble: z.string().nullable(),
  round: roundSchema.nullable(),
  unread_detail: z.string().nullable(),
  /** When the shop’s page was last looked at, and the pixels that its platform feeds. */
  rival_ms: z.number().default(0),
  meta_pixels: z.array(z.string()).default([]),
  dataset_id: z.string().default(''),
  last_order: z.object({ order_id: z.string(), at_s: z.number() }).nullable(),
})

export type PollState = z.infer<typeof stateSchema>

export interface PollStates {
  get(connectionId: string): PollState | undefined
  put(connectionId: string, state: PollState): Promise<void>
  forget(connectionId: string): Promise<void>
}

type Documents = Pick<Store, 'getSettings' | 'putSettings'>

/** What cannot be read any more, or belongs to no connection, is asked for anew. */
export async function openPollStates(
  store: Documents,
  keys: readonly ConnectionKey[],
): Promise<PollStates> {
  const states = new Map<string, PollState>()
  const known = new Set(keys.map(({ connection_id }) => connection_id))
  const gone: string[] = []
  for (const { id, value } of await store.getSettings(POLL_KIND)) {
    const read = stateSchema.safeParse(value)
    if (read.success && known.has(id)) states.set(id, read.data)
    else gone.push(id)
  }
  const remove = (ids: readonly string[]): Promise<void> =>
    store.putSettings(ids.map((id) => ({ kind: POLL_KIND, id, value: undefined })))
  if (gone.length > 0) await remove(gone)
  return {
    get: (id) => states.get(id),
    put: async (id, state) => {
      await store.putSettings([{ kind: POLL_KIND, id, value: state }])
      states.set(id, state)
    },
    forget: async (id) => {
      if (states.delete(id)) await remove([id])
    },
  }
}
