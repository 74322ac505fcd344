/** By the public door: what one person or tenant cannot take from the others, nor keep for later. */
import type { LightMyRequestResponse } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { SESSIONS_PER_HOLDER_MAX } from '../../src/limits.ts'
import { type ApiBench, apiBench } from './api-bench.ts'

const OWN = { host: 'twofold.example', origin: 'http://twofold.example' }
const ANN = { name: 'Ann', email: 'ann@example.com', password: 'a horse with a hat' }

let bench: ApiBench
/** The owner's. */
let ann: string

beforeEach(async () => {
  bench = await apiBench()
  const code = bench.access.setupCode()
  ann = cookieIn(await ask('POST', '/api/setup', { body: { ...ANN, code } }))
})

interface Asked {
  readonly cookie?: string
  readonly body?: object
}

function ask(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  { cookie, body }: Asked = {},
): Promise<LightMyRequestResponse> {
  const headers = { ...OWN, ...(cookie ? { cookie } : {}) }
  return bench.app.inject({ method, url, headers, ...(body ? { payload: body } : {}) })
}

const cookieIn = (reply: LightMyRequestResponse): string =>
  String(reply.headers['set-cookie']).split(';', 1)[0] ?? ''

describe('signing in with a token again and again', () => {
  it('ends its own oldest sign-ins and nobody else’s', async () => {
    const { token } = await bench.access.createToken({ dataset_id: '*', purpose: 'read' })
    const enter = () => ask('POST', '/api/session', { body: { token } })
    const first = cookieIn(await enter())
    for (let i = 0; i < SESSIONS_PER_HOLDER_MAX; i++) expect((await enter()).statusCode).toBe(200)
    expect((await ask('GET', '/api/datasets', { cookie: first })).statusCode).toBe(401)
    expect((await ask('GET', '/api/account', { cookie: ann })).statusCode).toBe(200)
    expect(await bench.store.getSettings('session')).toHaveLength(SESSIONS_PER_HOLDER_MAX + 1)
  })
})
