/** Routes about tokens: make, list, revoke. The tokens themselves stand in access/tokens.ts. */
import type { Access, MadeToken } from '../access/access.ts'
import { INSTANCE, nameOf, type Scope } from '../access/caller.ts'
import { ALL } from '../access/grant.ts'
import type { TokenRecord, TokenRequest } from '../access/tokens.ts'
import { TwofoldError } from '../errors.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import {
  datasetTokenCreateSchema,
  tokenCreatedSchema,
  tokenCreateSchema,
  tokenRotateSchema,
  tokensSchema,
} from './schemas.ts'
import type { TokenCreated, TokenView } from './types.ts'

const CREATED = {
  status: 201,
  description: 'The token, shown this once.',
  schema: tokenCreatedSchema,
}

const aboutToken = ({ id }: Call<unknown, unknown>, { access }: Context) => {
  const token = access.tokens().find((one) => one.id === id)
  if (!token) return undefined
  return { name: token.name, ...(token.dataset_id === ALL ? {} : { dataset_id: token.dataset_id }) }
}

export const tokenRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/datasets/{id}/tokens',
    auth: { needs: 'develop', on: 'dataset' },
    history: 'token.created',
    summary: 'Make a token for one dataset',
    body: datasetTokenCreateSchema,
    answer: CREATED,
    description: 'One that sends or reads; an admin token needs the role admin.',
    run: async (call, { access, nowMs }) => {
      const { id, body, require } = call
      if (body.purpose === 'admin') require('administer', scopeOf(id))
      const request = { ...body, dataset_id: id }
      return created(await access.createToken(requestOf(request, call, nowMs())), access)
    },
  }),
  route({
    method: 'POST',
    path: '/api/tokens',
    auth: { needs: 'operate', on: 'instance' },
    history: 'token.created',
    summary: 'Make a token for one dataset or for all',
    body: tokenCreateSchema,
    answer: CREATED,
    run: async (call, { access, nowMs }) =>
      created(await access.createToken(requestOf(call.body, call, nowMs())), access),
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
        .map((record) => view(record, access)),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/api/tokens/{id}',
    auth: { needs: 'develop', on: 'own' },
    history: { action: 'token.revoked', about: aboutToken },
    summary: 'Revoke a token and end the sessions made with it',
    answer: { status: 204, description: 'It is revoked.' },
    run: async (call, { access }) => access.revokeToken(mine(call, access).id),
  }),
  route({
    method: 'POST',
    path: '/api/tokens/{id}/rotate',
    auth: { needs: 'develop', on: 'own' },
    history: { action: 'token.rotated', about: aboutToken },
    summary: 'Make the token that replaces this one, which goes on for some hours',
    body: tokenRotateSchema,
    answer: CREATED,
    run: async (call, { access }) => {
      const overlapMs = call.body.overlap_hours * HOUR_MS
      const rotation = { overlapMs, made_by: nameOf(call.caller) }
      return created(await access.rotateToken(mine(call, access).id, rotation), access)
    },
  }),
]

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Somebody else's token is answered like one that does not exist. */
function mine({ id, may, require }: Asked, access: Access): TokenRecord {
  const record = access.tokens().find((token) => token.id === id)
  const scope = record && scopeOf(record.dataset_id)
  if (!scope || !may('develop', scope)) {
    throw new TwofoldError('token_not_found', `There is none with id ${id}.`)
  }
  if (record.purpose === 'admin') require('administer', scope)
  return record
}

type Asked = Pick<Call<unknown, unknown>, 'id' | 'caller' | 'may' | 'require'>

function requestOf(
  {
    expires_in_days: days,
    ...request
  }: Omit<TokenRequest, 'expires_at_ms'> & {
    readonly expires_in_days: number | null
  },
  call: Asked,
  nowMs: number,
): TokenRequest {
  const expires_at_ms = days === null ? null : nowMs + days * DAY_MS
  return { ...request, expires_at_ms, made_by: nameOf(call.caller) }
}

const scopeOf = (datasetId: string): Scope =>
  datasetId === ALL ? INSTANCE : { on: 'dataset', id: datasetId }

function created({ token, record }: MadeToken, access: Access): TokenCreated {
  return { ...view(record, access), token }
}

function view(record: TokenRecord, { tokenUsedMs }: Access): TokenView {
  const { id, dataset_id, purpose, name, made_by, created_at_ms, expires_at_ms, replaced_by } =
    record
  return {
    id,
    dataset_id,
    purpose,
    name,
    made_by,
    created_at: Math.floor(created_at_ms / 1000),
    expires_at: seconds(expires_at_ms),
    last_used_at: seconds(tokenUsedMs(id) ?? null),
    replaced_by,
  }
}

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms / 1000))
