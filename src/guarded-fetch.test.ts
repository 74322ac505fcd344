import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIP, type LookupFunction } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts'

let server: Server
let port: number
const seen: string[] = []
const open: GuardedFetch[] = []

beforeAll(async () => {
  server = createServer((request, answer) => {
    seen.push(`${request.method} ${request.headers.host} ${request.url}`)
    if (request.url === '/inside') answer.writeHead(302, { location: `http://127.0.0.2:${port}/x` })
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => answer.end(body))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  seen.length = 0
  await Promise.all(open.splice(0).map(({ close }) => close()))
})
afterAll(() => new Promise((done) => server.close(done)))

function guarded(allowed: readonly string[], lookup?: LookupFunction): typeof fetch {
  const made = createGuardedFetch({ allowed, ...(lookup ? { lookup } : {}) })
  open.push(made)
  return made.fetch
}

/** Answers one list after the other, the last one for ever. */
function resolvingTo(...answers: readonly string[][]): LookupFunction {
  let call = 0
  return (_, options, done) => {
    const list = answers[Math.min(call++, answers.length - 1)] ?? []
    const found = list.map((address) => ({ address, family: isIP(address) }))
    if (options.all) return done(null, found)
    done(null, found[0]?.address ?? '', found[0]?.family)
  }
}

it.each([
  ['a literal', () => `http://127.0.0.1:${port}/`],
  ['a number', () => `http://2130706433:${port}/`],
  ['hex and short', () => `http://0x7f.1:${port}/`],
  ['IPv6', () => `http://[::1]:${port}/`],
  ['mapped', () => `http://[::ffff:127.0.0.1]:${port}/`],
  ['a name', () => `http://localhost:${port}/`],
  ['metadata', () => 'http://169.254.169.254/latest/meta-data/'],
  ['over TLS', () => `https://127.0.0.1:${port}/`],
])('refuses a private target given as %s', async (_, url) => {
  await expect(guarded([])(url())).rejects.toMatchObject({
    code: 'private_target',
    message: expect.stringContaining('not a public address'),
  })
  expect(seen).toEqual([])
})

it('refuses a public name that resolves to a private address', async () => {
  const get = guarded([], resolvingTo(['10.0.0.5', '::1']))
  await expect(get(`http://hooks.shop.com:${port}/`)).rejects.toMatchObject({
    code: 'private_target',
  })
})

it('does not name what a host resolved to', async () => {
  const error = await guarded(
    [],
    resolvingTo(['10.0.0.5']),
  )('http://hooks.shop.com/').catch((caught: Error) => caught)
  expect(String(error)).toContain('hooks.shop.com')
  expect(String(error)).not.toContain('10.0.0.5')
})

it('connects to the address it checked: a second answer of the resolver is never asked', async () => {
  let asked = 0
  const lookup = resolvingTo(['127.0.0.1'], ['127.0.0.2'])
  const get = guarded(['127.0.0.1'], (...call) => {
    asked += 1
    lookup(...call)
  })
  await (await get(`http://hooks.shop.com:${port}/a`)).text()
  expect(asked).toBe(1)
  expect(seen).toEqual([`GET hooks.shop.com:${port} /a`])
})

it('leaves out the private ones of several addresses', async () => {
  const get = guarded(['127.0.0.1'], resolvingTo(['10.0.0.5', '127.0.0.1']))
  expect((await get(`http://hooks.shop.com:${port}/`)).status).toBe(200)
})

it('refuses a redirect to the inside', async () => {
  const get = guarded(['127.0.0.1'])
  await expect(get(`http://127.0.0.1:${port}/inside`)).rejects.toMatchObject({
    code: 'private_target',
  })
  expect(seen).toEqual([`GET 127.0.0.1:${port} /inside`])
})

it('reaches what the operator allows, and sends text, bytes and headers', async () => {
  const get = guarded(['127.0.0.0/8'])
  const headers = { 'x-a': 'b' }
  const url = `http://127.0.0.1:${port}/`
  const text = await get(url, { method: 'POST', body: 'text', headers })
  expect(await text.text()).toBe('text')
  const bytes = await get(url, { method: 'PUT', body: Buffer.from('bytes'), headers })
  expect(await bytes.text()).toBe('bytes')
})

it('ends on its signal and tells other failures as fetch does', async () => {
  const get = guarded(['127.0.0.1'])
  const gone = AbortSignal.abort()
  await expect(get(`http://127.0.0.1:${port}/`, { signal: gone })).rejects.toMatchObject({
    name: 'AbortError',
  })
  const closed = createServer()
  await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done))
  const free = (closed.address() as AddressInfo).port
  await new Promise((done) => closed.close(done))
  await expect(get(`http://127.0.0.1:${free}/`)).rejects.toMatchObject({
    cause: { code: 'ECONNREFUSED' },
  })
})

it.each(['file:///etc/passwd', 'data:text/plain,x', 'ftp://shop.com/'])('takes no %s', (url) =>
  expect(guarded(['0.0.0.0/0'])(url)).rejects.toThrow('http: and https:'),
)
