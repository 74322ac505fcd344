/** What the server hands out for shops: filled in for it and its dataset, without any secret. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionMadeAnswer, IntegrationsAnswer } from '../../src/api/types.ts'
import { unpacked } from '../../src/zip-archive.fixture.ts'
import { everyParameter, readTemplate } from '../gtm/template-file.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer
let path: string
let made: ConnectionMadeAnswer

beforeAll(async () => {
  server = await startTwofold({ publicUrl: 'https://events.shop.example' })
  const { dataset_id } = await server.createDataset()
  path = `/api/datasets/${dataset_id}`
  made = await server.api('POST', `${path}/connections`, {
    source: 'woocommerce',
    settings: { order_prefix: 'one-', content_id: 'sku' },
  })
})
afterAll(async () => {
  await server?.close()
})

const archiveOf = (name: string): Promise<Response> =>
  fetch(`${server.url}${path}/integrations/${name}/archive`, {
    headers: { authorization: `Bearer ${server.adminToken}` },
  })

describe('integrations', () => {
  it('are whole: nothing is left to fill in, and every one says what to do', async () => {
    const all = await server.api<IntegrationsAnswer>('GET', `${path}/integrations`)
    expect(all.integrations.length).toBeGreaterThan(1)
    for (const { steps, files, archive } of all.integrations) {
      expect(steps.length).toBeGreaterThan(1)
      expect(files.length > 0 || archive !== null).toBe(true)
      for (const { text } of files) {
        expect(text).not.toMatch(/(?<!_)__(?!DOT__)[A-Z]+(_[A-Z]+)*__(?!_)/)
      }
    }
    expect(JSON.stringify(all)).not.toContain(made.secret)
    expect(JSON.stringify(all)).toContain('https://events.shop.example')
  })

  it('come as zip files that shops take, with the settings of the source in them', async () => {
    const answer = await archiveOf('wordpress')
    expect(answer.headers.get('content-disposition')).toContain('twofold-wordpress.zip')
    const files = unpacked(Buffer.from(await answer.arrayBuffer()))
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['twofold/twofold.php', 'twofold/LICENSE', 'twofold/readme.txt']),
    )
    const defaults = files['twofold/twofold-defaults.php'] ?? ''
    const json = /json_decode\( '(.*)', true \)/.exec(defaults)?.[1] ?? ''
    expect(JSON.parse(json)).toMatchObject({
      endpoint: 'https://events.shop.example',
      order_prefix: 'one-',
      content_id: 'sku',
      hook: `https://events.shop.example${new URL(made.url).pathname}`,
    })
    expect(Object.values(files).join()).not.toContain(made.secret)
    const app = unpacked(Buffer.from(await (await archiveOf('shopify')).arrayBuffer()))
    expect(Object.keys(app)).toContain('src/customer-events.js')
    expect(app['src/customer-events.js']).toContain('export function connectTwofold')
  })

  it('for Tag Manager take the prefix of orders that all sources have, and say where it needs https', async () => {
    const gtmOf = async (url: string, id: string) => {
      const answer = await fetch(`${url}/api/datasets/${id}/integrations`, {
        headers: { authorization: `Bearer ${server.adminToken}` },
      })
      const { integrations } = (await answer.json()) as IntegrationsAnswer
      const found = integrations.find(({ name }) => name === 'gtm')
      const templates = (found?.files ?? []).map(({ text }) => readTemplate(text))
      const prefixes = templates.map(
        ({ parameters }) =>
          everyParameter(parameters).find(({ name }) => name === 'orderPrefix')?.defaultValue,
      )
      return { warning: found?.warning, prefixes }
    }
    const id = path.split('/').at(-1) ?? ''
    const { warning, prefixes } = await gtmOf(server.url, id)
    expect(prefixes).toEqual(['one-', 'one-', 'one-'])
    expect(warning).not.toContain('https')
    await server.api('POST', `${path}/connections`, { source: 'stripe', settings: {} })
    expect((await gtmOf(server.url, id)).prefixes).toEqual(['', '', ''])
    const local = await startTwofold()
    try {
      const { dataset_id } = await local.createDataset()
      expect((await gtmOf(local.url, dataset_id)).warning).toContain(`nothing from ${local.url}`)
    } finally {
      await local.close()
    }
  })

  it('that are not there are not found', async () => {
    expect((await archiveOf('nothing')).status).toBe(404)
  })
})
