/**
 * What the documentation promises: its links lead somewhere, its examples can be read, and the
 * commands of the README work as they are written against a running server.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webhookSettingsSchema } from '../../src/destinations/webhook-settings.ts'
import { eventId } from '../../src/event/ids.ts'
import { startTwofold, type TestServer } from '../start.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const pages = [
  ...readdirSync(root),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map(
    (name) => `docs/${name}`,
  ),
].filter((name) => name.endsWith('.md'))
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

describe('links', () => {
  it.each(pages)('of %s lead to files that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(
      ([, link = '']) => link,
    )
    const broken = links.filter((link) => !existsSync(join(root, dirname(page), link)))
    expect(broken).toEqual([])
  })

  it('of the README reach every page of docs/', () => {
    const readme = read('README.md')
    const unreachable = pages.filter((page) => page.startsWith('docs/') && !readme.includes(page))
    expect(unreachable).toEqual([])
  })
})

const blocksOf = (page: string) =>
  [...read(page).matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language = '', text = '']) => ({
    language,
    text,
  }))

describe('examples', () => {
  it.each(pages)('of %s in JSON, JavaScript and TypeScript can be read', async (page) => {
    for (const { language, text } of blocksOf(page)) {
      if (language === 'json') expect(() => JSON.parse(text), text).not.toThrow()
      if (language === 'js' || language === 'ts') await transform(text, { loader: language })
    }
  })

  it('make a secret that the settings of a webhook take', async () => {
    const [command] = blocksOf('docs/destinations/webhook.md')
    const { stdout } = await run('sh', ['-c', command?.text ?? ''])
    const settings = { url: 'https://shop.com/hooks', secret: stdout.trim() }
    expect(webhookSettingsSchema.safeParse(settings).success).toBe(true)
  })
})

describe('the README', () => {
  const blocks = blocksOf('README.md')
  let server: TestServer
  beforeAll(async () => {
    server = await startTwofold()
  })
  afterAll(() => server.close())

  it('sends its curl example, which is counted', async () => {
    const { dataset_id, access_token } = await server.createDataset()
    const curl = blocks.find(({ text }) => text.startsWith('curl '))?.text ?? ''
    const command = curl
      .replace('https://events.example.com', server.url)
      .replaceAll('DATASET_ID', dataset_id)
      .replaceAll('ACCESS_TOKEN', access_token)
      .replace('1700000000', String(Math.floor(Date.now() / 1000)))
    const { stdout } = await run('sh', ['-c', command])
    expect(JSON.parse(stdout)).toMatchObject({ events_received: 1, messages: [] })
    const summary = await server.api<{ counted: number }>(
      'GET',
      `/api/datasets/${dataset_id}/summary`,
    )
    expect(summary.counted).toBe(1)
  })

  it('gives page and server example the same event id', () => {
    const page = blocks.find(({ language }) => language === 'html')?.text ?? ''
    const [, action = '', order = ''] = /eventId\('(\w+)', '([\w-]+)'\)/.exec(page) ?? []
    const curl = blocks.find(({ text }) => text.startsWith('curl '))?.text ?? ''
    expect(curl).toContain(`"event_id":"${eventId(action, order)}"`)
  })
})
