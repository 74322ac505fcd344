/** Domains of a dataset, proven against a real site and names of the test's own. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { domainSchema, domainsSchema } from '../../src/api/domain-schemas.ts'
import type { DomainShown, DomainsAnswer, HistoryAnswer } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer
let site: Server
let domain: string
let path: string
const pages = new Map<string, string>()
const records = new Map<string, string>()

beforeAll(async () => {
  site = createServer((request, response) => {
    const page = pages.get(request.url ?? '')
    response.writeHead(page === undefined ? 404 : 200).end(page)
  })
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  const lookup: LookupFunction = (name, { all }, done) => {
    const address = name === 'inside.example' ? '10.1.2.3' : '127.0.0.1'
    if (all) done(null, [{ address, family: 4 }])
    else done(null, address, 4)
  }
  const resolveTxt = async (name: string): Promise<string[][]> => {
    const text = records.get(name)
    if (text === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
    return [[text]]
  }
  server = await startTwofold({}, undefined, { lookup, resolveTxt })
  domain = `shop.example:${(site.address() as AddressInfo).port}`
})

beforeEach(async () => {
  pages.clear()
  records.clear()
  const { dataset_id } = await server.createDataset()
  path = `/api/datasets/${dataset_id}`
})

afterAll(async () => {
  await server?.close()
  site?.closeAllConnections()
  site?.close()
})

const add = async (text: string): Promise<DomainShown> =>
  domainSchema.strict().parse(await server.api('POST', `${path}/domains`, { domain: text }))
const check = async (name: string): Promise<DomainShown> =>
  domainSchema.strict().parse(await server.api('POST', `${path}/domains/${name}/check`))

it.each(['dns', 'file', 'meta_tag'] as const)('%s proves it; lost when it is gone', async (way) => {
  const { proof, state } = await add(` HTTP://${domain.toUpperCase()}/about `)
  expect(state).toBe('waiting')
  const waiting = await check(domain)
  expect(waiting).toMatchObject({ state: 'waiting', proven_by: null, proven_at: null })
  expect(waiting.misses?.file).toContain('answered 404')
  if (way === 'dns') records.set(proof.dns_name, proof.dns_text)
  if (way === 'file') pages.set(proof.file_path, `${proof.file_text}\n`)
  if (way === 'meta_tag') pages.set('/', `<html><head>${proof.meta_tag}</head></html>`)
  expect(await check(domain)).toMatchObject({ state: 'proven', proven_by: way })
  pages.clear()
  records.clear()
  expect(await check(domain)).toMatchObject({ state: 'lost', proven_by: null })
})

it('two datasets prove one domain with texts of their own', async () => {
  const first = await add(domain)
  pages.set(first.proof.file_path, first.proof.file_text)
  const { dataset_id } = await server.createDataset()
  path = `/api/datasets/${dataset_id}`
  await add(domain)
  expect(await check(domain)).toMatchObject({ state: 'waiting' })
})

it('reaches nothing inside the network', async () => {
  await add('inside.example')
  const { misses } = await check('inside.example')
  expect(misses?.file).toContain('inside.example is not a public address')
  expect(misses?.file).not.toContain('10.1')
})

it.each(['', '*.shop.example', 'shop example', 'ann@shop.example', 'ftp://shop.example', '[::1]'])(
  'refuses "%s" as no host',
  async (text) => {
    await expect(add(text)).rejects.toThrow(/400.*domain/)
  },
)

it('is listed once, removed, gone with its dataset, and every step is in the history', async () => {
  await add('b.example')
  await add('a.example')
  await expect(add('A.example')).rejects.toThrow(/on the list already/)
  const { domains } = domainsSchema.parse(await server.api<DomainsAnswer>('GET', `${path}/domains`))
  expect(domains.map((one) => one.domain)).toEqual(['b.example', 'a.example'])
  await server.api('DELETE', `${path}/domains/b.example`)
  await expect(check('b.example')).rejects.toThrow(/404.*domain_not_found/)
  const { entries } = await server.api<HistoryAnswer>('GET', `${path}/history`)
  expect(entries.map(({ action, name }) => [action, name]).slice(0, 3)).toEqual([
    ['domain.removed', 'b.example'],
    ['domain.added', 'a.example'],
    ['domain.added', 'b.example'],
  ])
  await server.api('DELETE', path)
  await expect(server.api('GET', `${path}/domains`)).rejects.toThrow(/404/)
})
