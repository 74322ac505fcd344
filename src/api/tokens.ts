/** Routes about tokens: make, list, revoke. The tokens themselves stand in access/tokens.ts. */
import { INSTANCE, type Scope } from '../access/caller.ts'
import { ALL } from '../access/grant.ts'
import type { TokenRecord } from '../access/tokens.ts'
import { TwofoldError } from '../errors.ts'
import { type Route, route } from './route.ts'
import {
  datasetTokenCreateSchema,
  tokenCreatedSchema,
  tokenCreateSchema,
  tokensSchema,
} from './schemas.ts'
import type { TokenCreated, TokenView } from './types.ts'

const CREATED = {
  status: 201,
  description: 'The token, shown this once.',
  schema: tokenCreatedSchema,
}

export const tokenRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/datasets/{id}/tokens',
    auth: { needs: 'develop', on: 'dataset' },
    summary: 'Make a token for one dataset',
    body: datasetTokenCreateSchema,
    answer: CREATED,
    description: 'One that sends or reads; an admin token needs the role admin.',
    run: async ({ id, body, require }, { access }) => {
      if (body.purpose === 'admin') require('administer', scopeOf(id))
      return created(await access.createToken({ ...body, dataset_id: id }))
    },
  }),
  route({
    method: 'POST',
    path: '/api/tokens',
    auth: { needs: 'operate', on: 'instance' },
    summary: 'Make a token for one dataset or for all',
    body: tokenCreateSchema,
    answer: CREATED,
    run: async ({ body }, { access }) => created(await access.createToken(body)),
  }),
  route({
    method: 'GET',
    path: '/api/tokens',
    auth: { needs: 'develop', on: 'own' },
    summary: 'List tokens (never the tokens themselves)',
    answer: { status: 200, description: 'The oldest first.', schema: tokensSchema },
    run: ({ may }, { access }) => ({
      tokens: access
        .tokens()
        .filter(({ dataset_id }) => may('develop', scopeOf(dataset_id)))
        .map(view),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/api/tokens/{id}',
    auth: { needs: 'develop', on: 'own' },
    summary: 'Revoke a token and end the sessions made with it',
    answer: { status: 204, description: 'It is revoked.' },
    run: async ({ id, may, require }, { access }) => {
      const record = access.tokens().find((token) => token.id === id)
      const scope = record && scopeOf(record.dataset_id)
      // Somebody else's token is answered like one that does not exist.
      if (!scope || !may('develop', scope)) {
        throw new TwofoldError('token_not_found', `There is none with id ${id}.`)
      }
      if (record.purpose === 'admin') require('administer', scope)
      await access.revokeToken(id)
    },
  }),
]

const scopeOf = (datasetId: string): Scope =>
  datasetId === ALL ? INSTANCE : { on: 'dataset', id: datasetId }

function created({ token, record }: { token: string; record: TokenRecord }): TokenCreated {
  return { ...view(record), token }
}

function view({ id, dataset_id, purpose, name, created_at_ms }: TokenRecord): TokenView {
  const created_at = Math.floor(created_at_ms / 1000)
  return { id, dataset_id, purpose, name, created_at }
}
