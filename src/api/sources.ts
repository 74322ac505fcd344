/**
 * Routes about sources: what there is to choose from, connections, what they delivered, and trying
 * that again. What may be set is checked in sources/inbox/connections.ts; bodies are never shown.
 */
import { TwofoldError } from '../errors.ts'
import { dayStart } from '../event/zone.ts'
import type { ConnectionView } from '../sources/inbox/view.ts'
import { FAILED_REASONS, IGNORED_REASONS } from '../sources/source.ts'
import type { ConnectionKey, InboxRow, InboxStatus } from '../store/inbox.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import {
  connectionCreateSchema,
  connectionMadeSchema,
  connectionPatchSchema,
  connectionSchema,
  connectionsSchema,
  inboxQuerySchema,
  inboxRetriedSchema,
  inboxRetrySchema,
  inboxSchema,
  pollRequestSchema,
  sourceTypesSchema,
} from './source-schemas.ts'

const PATH = '/api/datasets/{id}/connections'
const ONE = `${PATH}/{connection_id}`
const READ = { needs: 'read', on: 'dataset' } as const
const DEVELOP = { needs: 'develop', on: 'dataset' } as const

const aboutConnection = (call: Call<unknown, unknown>, { connections }: Context) => {
  const found = connections.find(keyOf(call))
  return found && { name: found.name }
}

type Asked = Pick<Call<unknown, unknown>, 'id' | 'params' | 'request'>

export const sourceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/source-types',
    auth: { needs: 'read', on: 'own' },
    summary: 'List the kinds of source there are, with their settings and how to set them up',
    answer: { status: 200, description: 'In the order of the page.', schema: sourceTypesSchema },
    run: (_call, { connections }) => ({ types: connections.types() }),
  }),
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'List the connections of a dataset, each with how it gets on',
    answer: { status: 200, description: 'The oldest first.', schema: connectionsSchema },
    run: async (call, context) => ({
      connections: await shownAll(call, context.connections.list(call.id), context),
    }),
  }),
  route({
    method: 'POST',
    path: PATH,
    auth: DEVELOP,
    history: 'connection.created',
    summary: 'Add a connection to a source',
    description: 'It has an address at once. Where the platform makes the secret, enter it later.',
    body: connectionCreateSchema,
    answer: {
      status: 201,
      description: 'It, and a secret that was made for it, this once.',
      schema: connectionMadeSchema,
    },
    run: async (call, context) => {
      const { connections } = context
      const type = connections.types().find(({ name }) => name === call.body.source)
      const input = { ...call.body, name: call.body.name ?? type?.title ?? call.body.source }
      const { secret = null, ...view } = await connections.create(call.id, input)
      const [shown] = await shownAll(call, [view], context)
      const isKey = type?.secret.by === 'url' && secret !== null
      const url_with_key = isKey && shown ? `${shown.url}?key=${secret}` : null
      return { ...shown, secret, url_with_key }
    },
  }),
  route({
    method: 'GET',
    path: ONE,
    auth: READ,
    summary: 'Read a connection and how it gets on',
    answer: { status: 200, description: 'It, secrets masked.', schema: connectionSchema },
    run: async (call, context) => (await shownAll(call, [existing(call, context)], context))[0],
  }),
  route({
    method: 'PATCH',
    path: ONE,
    auth: DEVELOP,
    history: { action: 'connection.changed', about: aboutConnection },
    summary: 'Change a connection',
    description: 'What the body leaves out stays, also inside `settings`.',
    body: connectionPatchSchema,
    answer: { status: 200, description: 'It as it is now.', schema: connectionSchema },
    run: async (call, context) => {
      const view = await context.connections.update(keyOf(call), call.body)
      return (await shownAll(call, [view], context))[0]
    },
  }),
  route({
    method: 'DELETE',
    path: ONE,
    auth: DEVELOP,
    history: { action: 'connection.deleted', about: aboutConnection },
    summary: 'Remove a connection with everything it received',
    description: 'Events that were counted stay counted, and stay known as counted.',
    answer: { status: 204, description: 'It is gone.' },
    run: async (call, { connections }) => {
      await connections.remove(keyOf(call))
    },
  }),
  route({
    method: 'POST',
    path: `${ONE}/retry`,
    auth: DEVELOP,
    history: { action: 'connection.retried', about: aboutConnection },
    summary: 'Translate deliveries once more',
    description:
      'Failed ones by default, as far as their bodies are kept. What was counted is not counted ' +
      'again.',
    body: inboxRetrySchema,
    answer: { status: 200, description: 'How many are due.', schema: inboxRetriedSchema },
    run: async (call, context) => {
      existing(call, context)
      const { ids, states } = call.body
      const due = await context.store.retryReceived({
        ...keyOf(call),
        now_ms: context.nowMs(),
        states,
        ...(ids ? { ids } : {}),
      })
      context.wakeInbox()
      return { due }
    },
  }),
  route({
    method: 'POST',
    path: `${ONE}/poll`,
    auth: DEVELOP,
    history: { action: 'connection.polled', about: aboutConnection },
    summary: 'Ask the platform for its orders now',
    description:
      'Of Shopify, WooCommerce, BigCommerce and Stripe. It goes on by itself: `polling` of the ' +
      'connection says how it gets on.',
    body: pollRequestSchema,
    answer: { status: 202, description: 'It begins, or is under way.', schema: connectionSchema },
    run: async (call, context) => {
      const view = existing(call, context)
      const { from } = call.body
      const zone = context.access.findDataset(call.id)?.orders_time_zone ?? 'UTC'
      context.polls.ask(view, from === undefined ? undefined : dayStart(from, zone))
      return (await shownAll(call, [view], context))[0]
    },
  }),
  route({
    method: 'GET',
    path: '/api/datasets/{id}/source-deliveries',
    auth: READ,
    summary: 'List what the sources delivered and what became of it',
    description: 'Kept for 30 days. Bodies are stored encrypted and never shown.',
    query: inboxQuerySchema,
    answer: { status: 200, description: 'The newest first.', schema: inboxSchema },
    run: async ({ id, query }, { store }) => {
      const { connection_id, state, limit, cursor } = query
      const page = await store.inbox({
        dataset_id: id,
        limit,
        ...(connection_id === undefined ? {} : { connection_id }),
        ...(state === undefined ? {} : { state }),
        ...(cursor === undefined ? {} : { before_id: cursor }),
      })
      return {
        deliveries: page.deliveries.map(shownDelivery),
        next_cursor: page.next_before_id ?? null,
      }
    },
  }),
]

function keyOf({ id, params }: Pick<Asked, 'id' | 'params'>): ConnectionKey {
  return { dataset_id: id, connection_id: params.connection_id ?? '' }
}

/** Throws `connection_not_found`. */
function existing(call: Asked, { connections }: Context): ConnectionView {
  const key = keyOf(call)
  const view = connections.find(key)
  if (view) return view
  throw new TwofoldError('connection_not_found', `There is none with id ${key.connection_id}.`)
}

const NONE: InboxStatus['states'] = {
  received: 0,
  translated: 0,
  ignored: 0,
  failed: 0,
  duplicate: 0,
}

async function shownAll(call: Asked, views: readonly ConnectionView[], context: Context) {
  const types = new Map(context.connections.types().map((type) => [type.name, type]))
  const statuses = await context.store.inboxStatus(call.id)
  const origin = context.publicUrl ?? `${call.request.protocol}://${call.request.host}`
  return views.map(({ created_at_ms, path, problem, ...view }) => {
    const status = statuses.find(({ connection_id }) => connection_id === view.connection_id)
    return {
      ...view,
      title: types.get(view.source)?.title ?? view.source,
      created_at: Math.floor(created_at_ms / 1000),
      url: `${origin}${path}`,
      problem: problem ?? null,
      states: status?.states ?? NONE,
      last_received_ms: status?.last_received_ms ?? null,
      refused: context.hooks.refusals(view) ?? null,
      polling: context.polls.status(view) ?? null,
    }
  })
}

const WORDS: Readonly<Record<string, string>> = { ...IGNORED_REASONS, ...FAILED_REASONS }

function shownDelivery({ kept, events, ...row }: InboxRow) {
  const { reason = null } = row
  return {
    ...row,
    reason,
    reason_words: reason === null ? null : (WORDS[reason] ?? null),
    detail: row.detail ?? null,
    settled_ms: row.settled_ms ?? null,
    events: events.map((event) => ({ ...event, reason: event.reason ?? null })),
    can_retry: kept && (row.state !== 'received' || reason !== null),
  }
}
