/** The code that the Install page hands out does what it says, exactly as it is copied. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { EventsAnswer } from '../../src/api/types.ts'
import {
  companionSnippet,
  curlSnippet,
  EXAMPLE_ID,
  nodeSnippet,
  purchaseSnippet,
  replaceSnippet,
  type SnippetContext,
} from '../../src/ui/install/snippets.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'

const run = promisify(execFile)

let server: TestServer
let browser: Browser
let context: SnippetContext
let tools: string
const shops: Server[] = []

/** What the snippet needs of curl, for machines that have none. */
const CURL = `#!${process.execPath}
const [url, , authorization, , type, , body] = process.argv.slice(2)
const headers = Object.fromEntries([authorization, type].map((line) => line.split(': ')))
fetch(url, { method: 'POST', headers, body }).then((answer) => {
  process.exitCode = answer.ok ? 0 : 22
})
`

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  tools = mkdtempSync(join(tmpdir(), 'twofold-tools-'))
  writeFileSync(join(tools, 'curl'), CURL, { mode: 0o755 })
})

afterEach(() => {
  for (const shop of shops.splice(0)) shop.close().closeAllConnections()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(tools, { recursive: true, force: true })
})

async function newContext(): Promise<SnippetContext> {
  const { dataset_id, access_token } = await server.createDataset()
  return { origin: server.url, datasetId: dataset_id, token: access_token }
}

/** A shop on a site of its own whose every page is this. */
async function openShop(head: string, javaScriptEnabled = true) {
  const shop = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><html><head><title>Shop</title>${head}</head><body></body></html>`)
  })
  shops.push(shop)
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
  const page = await browser.newPage({ userAgent: PERSON, javaScriptEnabled })
  await page.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`)
  return page
}

const PERSON =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36'

/** Counted events: name, id and who reported them. */
async function counted(): Promise<unknown[]> {
  const path = `/api/datasets/${context.datasetId}/events`
  const { events } = await server.api<EventsAnswer>('GET', path)
  return events.map(({ event_name, event_id, legs }) => ({
    event_name,
    event_id,
    by: legs.map(({ channel }) => channel),
  }))
}

const sale = (...by: string[]) => ({ event_name: 'Purchase', event_id: EXAMPLE_ID, by })

describe('the snippets of the Install page', () => {
  it.each([
    ['curl', curlSnippet, ['sh', '-c']],
    ['the Node SDK', nodeSnippet, [process.execPath, '--input-type=module', '-e']],
  ] as const)('report one sale with the pixel and %s, counted once', async (_, make, command) => {
    context = await newContext()
    const page = await openShop(replaceSnippet(context))
    await expect.poll(async () => (await counted()).length).toBe(1)
    await page.evaluate(purchaseSnippet())
    await expect.poll(counted).toContainEqual(sale('browser'))
    const [program, ...args] = command
    await run(program, [...args, make(context)], {
      env: { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` },
    })
    expect(await counted()).toEqual([
      sale('browser', 'server'),
      { event_name: 'PageView', event_id: expect.any(String), by: ['browser'] },
    ])
    await page.close()
  })

  it('report a page view without JavaScript', async () => {
    context = await newContext()
    const page = await openShop(replaceSnippet(context), false)
    await expect.poll(counted).toMatchObject([{ event_name: 'PageView', by: ['browser'] }])
    await page.close()
  })

  it('mirror what Meta’s own pixel is told, beside it', async () => {
    context = await newContext()
    const stub = `<script>
      fbq = function () { fbq.callMethod ? fbq.callMethod.apply(fbq, arguments) : fbq.queue.push(arguments) }
      _fbq = fbq; fbq.push = fbq; fbq.loaded = true; fbq.version = '2.0'; fbq.queue = []
      fbq('init', 'YOUR_META_PIXEL_ID'); fbq('track', 'PageView')
    </script>`
    const page = await openShop(stub + companionSnippet(context))
    await page.evaluate(purchaseSnippet())
    await expect.poll(counted).toMatchObject([sale('browser'), { event_name: 'PageView' }])
    await page.close()
  })
})
