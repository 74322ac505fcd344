/**
 * Routes about destinations: what there is to choose from, list, create, read, change, remove, try
 * again, test. What may be set is checked in relay/configs.ts; nothing is sent from here.
 */
import { TwofoldError } from '../errors.ts'
import type { DestinationKey, DestinationView } from '../relay/view.ts'
import {
  destinationCreateSchema,
  destinationPatchSchema,
  destinationSchema,
  destinationsSchema,
  destinationTestSchema,
  destinationTypesSchema,
  retrySchema,
  testedSchema,
} from './destination-schemas.ts'
import { shownDestinations, waitingOf } from './destination-status.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'

const PATH = '/api/datasets/{id}/destinations'
const ONE = `${PATH}/{destination_id}`
const READ = { needs: 'read', on: 'dataset' } as const
const DEVELOP = { needs: 'develop', on: 'dataset' } as const

const aboutDestination = (call: Call<unknown, unknown>, { destinations }: Context) => {
  const found = destinations.find(keyOf(call))
  return found && { name: found.name }
}

export const destinationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/destination-types',
    auth: { needs: 'read', on: 'own' },
    summary: 'List the kinds of destination there are, with their settings',
    answer: {
      status: 200,
      description: 'In the order of the page.',
      schema: destinationTypesSchema,
    },
    run: (_call, { destinations }) => ({ types: destinations.types() }),
  }),
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'List the destinations of a dataset, each with how it gets on',
    answer: { status: 200, description: 'The oldest first.', schema: destinationsSchema },
    run: async ({ id }, context) => ({
      destinations: await shownDestinations(context, id, context.destinations.list(id)),
    }),
  }),
  route({
    method: 'POST',
    path: PATH,
    auth: DEVELOP,
    history: 'destination.created',
    summary: 'Add a destination',
    description: 'In force when it answers: it gets every event received from then on.',
    body: destinationCreateSchema,
    answer: { status: 201, description: 'It, secrets masked.', schema: destinationSchema },
    run: async ({ id, body }, context) =>
      shown(context, await context.destinations.create(id, body)),
  }),
  route({
    method: 'POST',
    path: `${PATH}/test`,
    auth: DEVELOP,
    history: 'destination.tested',
    summary: 'Send one marked test event, with settings that need not be stored',
    description:
      'The event is called TwofoldTest (PageView where only known names are taken), happens now, ' +
      'and is counted nowhere here. Nothing of the queue is touched.',
    body: destinationTestSchema,
    answer: { status: 200, description: 'What happened, word for word.', schema: testedSchema },
    run: async ({ id, body }, { preview }) => {
      const { destination_id, ...change } = body
      const isStored = destination_id !== undefined
      const { code, ...tested } = await preview.test({
        dataset_id: id,
        ...(isStored ? { destination_id } : {}),
        ...(isStored && Object.keys(change).length === 0 ? {} : { change: nameless(change) }),
      })
      return { ...tested, code: code ?? null }
    },
  }),
  route({
    method: 'GET',
    path: ONE,
    auth: READ,
    summary: 'Read a destination and how it gets on',
    answer: { status: 200, description: 'It, secrets masked.', schema: destinationSchema },
    run: async (call, context) => shown(context, existing(call, context)),
  }),
  route({
    method: 'PATCH',
    path: ONE,
    auth: DEVELOP,
    history: 'destination.changed',
    summary: 'Change a destination',
    description:
      'What the body leaves out stays, also inside `settings`. What was held is tried at once.',
    body: destinationPatchSchema,
    answer: { status: 200, description: 'It as it is now.', schema: destinationSchema },
    run: async (call, context) =>
      shown(context, await context.destinations.update(keyOf(call), call.body)),
  }),
  route({
    method: 'DELETE',
    path: ONE,
    auth: DEVELOP,
    history: { action: 'destination.deleted', about: aboutDestination },
    summary: 'Remove a destination with everything that waits for it',
    description: 'What it was sent stays there. To stop it for a while, disable it instead.',
    answer: { status: 204, description: 'It is gone.' },
    run: async (call, { destinations }) => {
      await destinations.remove(keyOf(call))
    },
  }),
  route({
    method: 'POST',
    path: `${ONE}/retry`,
    auth: DEVELOP,
    history: { action: 'destination.retried', about: aboutDestination },
    summary: 'Try at once what is held or waits after a failure',
    answer: { status: 200, description: 'How many leave now.', schema: retrySchema },
    run: async (call, context) => {
      existing(call, context)
      // Not what it counts: beside those that were held, all that came since leaves too.
      await context.relay.retry(keyOf(call))
      return { due: await waitingOf(context, keyOf(call)) }
    },
  }),
]

export function keyOf({
  id,
  params,
}: Pick<Call<unknown, unknown>, 'id' | 'params'>): DestinationKey {
  return { dataset_id: id, destination_id: params.destination_id ?? '' }
}

/** Throws `destination_not_found`. */
export function existing(
  call: Pick<Call<unknown, unknown>, 'id' | 'params'>,
  { destinations }: Context,
): DestinationView {
  const key = keyOf(call)
  const view = destinations.find(key)
  if (view) return view
  throw new TwofoldError('destination_not_found', `There is none with id ${key.destination_id}.`)
}

async function shown(context: Context, view: DestinationView): Promise<unknown> {
  const [one] = await shownDestinations(context, view.dataset_id, [view])
  return one
}

/** A test needs no name yet. */
function nameless<T extends { readonly name?: string | undefined }>(change: T): T {
  return { ...change, name: change.name ?? 'Test' }
}
