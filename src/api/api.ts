/**
 * Serves the route table: authorises, checks what is sent, runs the route, answers errors in one
 * shape. Knows no route by name. main.ts calls registerApi.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { createAttempts, TooManyAttempts } from '../access/attempts.ts'
import { type Caller, NOBODY, type Scope } from '../access/caller.ts'
import type { Need } from '../access/roles.ts'
import { ERRORS, type ErrorCode, errorBody, TwofoldError } from '../errors.ts'
import { API_BODY_BYTES_MAX, RETRY_AFTER_S } from '../limits.ts'
import { changeOf } from './change.ts'
import { readSessionCookie, requireSameOrigin } from './cookie.ts'
import { createExportBook } from './export-book.ts'
import { registerGraphQuality } from './graph-quality.ts'
import { issueWords } from './issue-words.ts'
import { createMatchMeasurer } from './match-measurer.ts'
import { openApiOf } from './openapi.ts'
import type { ApiPorts, Context } from './ports.ts'
import { type Call, NEED_WORDS, type Route } from './route.ts'
import { ROUTES } from './routes.ts'

export function registerApi(app: FastifyInstance, ports: ApiPorts): void {
  const context = createContext(ports)
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string' },
      (_request, body, done) => {
        const parsed = parseJson(body as string)
        if (parsed.ok) done(null, parsed.value)
        else done(new TwofoldError('invalid_request', 'The body is not JSON.'))
      },
    )
    // A file: read by its route as it comes, whatever its size.
    for (const type of ['text/csv', 'application/octet-stream']) {
      scope.addContentTypeParser(type, (_request, body, done) => done(null, body))
    }
    scope.setErrorHandler((error, request, reply) => answerError(error as Error, request, reply))
    // Live streams have no end of their own; open ones would hold up the stop.
    scope.addHook('preClose', async () => {
      for (const end of context.streams) end()
    })
    registerGraphQuality(scope, context)
    for (const route of ROUTES) {
      scope.route({
        method: route.method,
        url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
        exposeHeadRoute: false,
        bodyLimit: API_BODY_BYTES_MAX,
        // Before the body is read: who may not call is told so, whatever was sent.
        onRequest: async (request) => {
          authorise(route, request, context)
        },
        handler: (request, reply) => answer(route, request, reply, context),
      })
    }
  })
}

function createContext(ports: ApiPorts): Context {
  const running = new Set<string>()
  let document: unknown
  return {
    ...ports,
    attempts: createAttempts(ports.nowMs),
    measurer: createMatchMeasurer(ports),
    exports: createExportBook(ports.nowMs),
    streams: new Set(),
    alone: async (name, work) => {
      if (running.has(name)) throw new TwofoldError('busy')
      running.add(name)
      try {
        return await work()
      } finally {
        running.delete(name)
      }
    },
    openApi: () => {
      document ??= openApiOf(ROUTES, ports.version)
      return document
    },
  }
}

/** Throws unless the caller may. What they may not even see is answered like the unknown. */
function authorise(route: Route, request: FastifyRequest, context: Context): Caller {
  const { auth } = route
  if (auth === 'public') return NOBODY
  const caller = callerOf(request, context)
  if (auth === 'person') {
    if (caller.kind === 'person') return caller
    throw new TwofoldError('forbidden', 'It is about the account of somebody signed in.')
  }
  const { rights } = context.access
  if (auth === 'token') {
    if (caller.kind === 'token' && rights.mayList(caller, 'read')) return caller
    throw new TwofoldError('forbidden', 'It needs a token that reads or more.')
  }
  if (auth.on === 'own') {
    if (rights.mayList(caller, auth.needs)) return caller
    throw new TwofoldError('forbidden', `It needs ${NEED_WORDS[auth.needs]}.`)
  }
  if (auth.on === 'instance') {
    if (rights.may(caller, 'own', auth)) return caller
    throw new TwofoldError('forbidden', `It needs ${NEED_WORDS[auth.needs]}.`)
  }
  const { id = '' } = request.params as { id?: string }
  const scope = { on: auth.on, id }
  if (!rights.sees(caller, scope)) {
    const code = scope.on === 'dataset' ? 'dataset_not_found' : 'business_not_found'
    throw new TwofoldError(code, `There is none with id ${id}.`)
  }
  requireNeed({ caller, need: auth.needs, scope }, context)
  return caller
}

function requireNeed(
  { caller, need, scope }: { caller: Caller; need: Need; scope: Scope },
  { access }: Context,
): void {
  if (access.rights.may(caller, need, scope)) return
  const where = scope.on === 'instance' ? '' : ` on ${scope.on} ${scope.id}`
  throw new TwofoldError('forbidden', `It needs ${NEED_WORDS[need]}${where}.`)
}

/** A token wins over a cookie: who sends one means it. */
function callerOf(request: FastifyRequest, { access, publicUrl }: Context): Caller {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (token === undefined) throw new TwofoldError('unauthorized')
    const caller = access.callerOf(token)
    if (!caller) throw new TwofoldError('token_unknown')
    return caller
  }
  const caller = access.sessionCaller(readSessionCookie(request) ?? '')
  if (!caller) throw new TwofoldError('unauthorized')
  if (request.method !== 'GET') requireSameOrigin(request, publicUrl)
  return caller
}

async function answer(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  context: Context,
): Promise<unknown> {
  const caller = authorise(route, request, context)
  const params = request.params as Readonly<Record<string, string>>
  const { id = '' } = params
  const mayStill = (): boolean => {
    try {
      return authorise(route, request, context) !== undefined
    } catch {
      return false
    }
  }
  reply.code(route.answer.status).header('cache-control', 'no-store')
  const call: Call<unknown, unknown> = {
    id,
    params,
    query: checked(route.query, request.query, ''),
    body: checked(route.body, request.body ?? {}, 'body.'),
    caller,
    may: (need, scope) => context.access.rights.may(caller, need, scope),
    require: (need, scope) => requireNeed({ caller, need, scope }, context),
    mayStill,
    request,
    reply,
  }
  const run = async (): Promise<unknown> => route.run(call, context)
  const change = changeOf(route, call, context)
  const done = await (change ? context.history.record(change, run) : run())
  // A stream or a download was sent by the route itself; awaiting its reply made `done` undefined.
  return reply.sent ? undefined : (done ?? reply.send())
}

function checked(schema: z.ZodType | undefined, value: unknown, prefix: string): unknown {
  const parsed = schema?.safeParse(value, { error: issueWords })
  if (!parsed) return undefined
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const field = path.join('.')
    return field ? `${prefix}${field}: ${message}` : message
  })
  throw new TwofoldError('invalid_request', problems.join('; '))
}

/** No body at all is an empty object: every field of it may be left out. */
function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: text.trim() === '' ? {} : JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  404: 'not_found',
  413: 'body_too_large',
  415: 'unsupported_encoding',
}

function answerError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof TwofoldError) {
    const wait = error instanceof TooManyAttempts ? error.waitS : RETRY_AFTER_S
    if (ERRORS[error.code].retryable) reply.header('retry-after', wait)
    reply.code(ERRORS[error.code].status).send(errorBody(error.code, error.detail))
    return
  }
  const code = CODE_BY_STATUS[(error as FastifyError).statusCode ?? 500] ?? 'internal'
  if (code === 'internal') request.log.error({ err: error }, 'a route of the API failed')
  const detail = detailOf(code, request)
  reply.code(ERRORS[code].status).send(errorBody(code, detail))
}

function detailOf(code: ErrorCode, { id }: FastifyRequest): string | undefined {
  if (code === 'internal') return `Its id is ${id}.`
  if (code !== 'body_too_large') return undefined
  return `A body may have ${API_BODY_BYTES_MAX / 1024} KB here.`
}
