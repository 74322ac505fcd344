/** Routes about replays: start one, look at it, stop it. The work is done in src/relay/. */
import { TwofoldError } from '../errors.ts'
import type { ReplayState, ReplayView } from '../relay/replay-view.ts'
import { isDryRun } from './csv-body.ts'
import type { Context } from './ports.ts'
import { replayRequestSchema, replaySchema, replaysSchema } from './replay-schemas.ts'
import { type Call, type Route, route } from './route.ts'
import type { ReplayAnswer } from './types.ts'

const PATH = '/api/datasets/{id}/replays'
const ONE = `${PATH}/{replay_id}`
const READ = { needs: 'read', on: 'dataset' } as const
const DEVELOP = { needs: 'develop', on: 'dataset' } as const

export const replayRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: PATH,
    auth: DEVELOP,
    history: { action: 'replay.started', isTrial: ({ body }) => isDryRun(body) },
    summary: 'Replay stored events: see what would change, or send them',
    description:
      'Runs in the background, one at a time for a dataset; read it to see how far it is. It ' +
      'sends under the rules and settings in force and under the same event ids. What was ' +
      'handed to the relay stays there; the replay itself is forgotten when the server stops.',
    body: replayRequestSchema,
    answer: { status: 202, description: 'It has begun.', schema: replaySchema },
    run: async ({ id, body }, { replays, nowMs }) => {
      const { states, to = Math.floor(nowMs() / 1000) + 1, settings, ...rest } = body
      return viewReplay(
        await replays.start({
          ...rest,
          dataset_id: id,
          to,
          settings,
          states: states.includes('any') ? [] : (states as ReplayState[]),
        }),
      )
    },
  }),
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'List the replays since the server started',
    answer: { status: 200, description: 'The newest first.', schema: replaysSchema },
    run: ({ id }, { replays }) => ({ replays: replays.list(id).map(viewReplay) }),
  }),
  route({
    method: 'GET',
    path: ONE,
    auth: READ,
    summary: 'Read a replay: progress, counts, differences',
    answer: { status: 200, description: 'It as it is now.', schema: replaySchema },
    run: (call, context) => viewReplay(existing(call, context)),
  }),
  route({
    method: 'DELETE',
    path: ONE,
    auth: DEVELOP,
    history: {
      action: 'replay.stopped',
      isTrial: ({ id, params }, { replays }) =>
        replays.find(id, params.replay_id ?? '')?.dry_run === true,
    },
    summary: 'Stop a replay',
    description: 'It ends within moments. What it handed to the relay is sent all the same.',
    answer: { status: 204, description: 'It is told to stop.' },
    run: (call, context) => {
      context.replays.cancel(call.id, existing(call, context).replay_id)
    },
  }),
]

function existing(
  { id, params }: Pick<Call<unknown, unknown>, 'id' | 'params'>,
  { replays }: Context,
): ReplayView {
  const { replay_id = '' } = params
  const found = replays.find(id, replay_id)
  if (found) return found
  throw new TwofoldError('replay_not_found', `There is none with id ${replay_id}.`)
}

function viewReplay({ states, ...view }: ReplayView): ReplayAnswer {
  const { counts, by_field, samples, warnings } = view
  return {
    ...view,
    states: states.length === 0 ? ['any'] : [...states],
    event_names: [...view.event_names],
    counts: { ...counts, not_accepted: [...counts.not_accepted] },
    by_field: [...by_field],
    samples: samples.map(({ changes, ...sample }) => ({ ...sample, changes: [...changes] })),
    warnings: [...warnings],
  }
}
