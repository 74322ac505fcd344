/** The code that the Install page hands out does what it says, exactly as it is copied. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { EventsAnswer } from '../../src/api/types.ts'
import { nodeSnippet, twofoldSnippet } from '../../src/ui/install/node-snippets.ts'
import {
  companionSnippet,
  curlSnippet,
  EXAMPLE_ID,
  purchaseSnippet,
  replaceSnippet,
  type SnippetContext,
} from '../../src/ui/install/snippets.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader } from './ui-visitor.ts'

const run = promisify(execFile)

let server: TestServer
let browser: Browser
let context: SnippetContext
let tools: string
const shops: Server[] = []
let reader: Reader | undefined

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

afterEach(async () => {
  await reader?.close()
  reader = undefined
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
    ['Meta’s Node SDK', nodeSnippet, [process.execPath, '--input-type=module', '-e']],
    ['Twofold’s SDK', twofoldSnippet, [process.execPath, '--input-type=module', '-e']],
  ] as const)('report one sale with the pixel and %s, counted once', async (_, make, command) => {
    context = await newContext()
    const page = await openShop(replaceSnippet(context))
    await expect.poll(async () => (await counted()).length).toBe(1)
    await page.evaluate(purchaseSnippet())
    await expect.poll(counted).toContainEqual(sale('browser'))
    const [program, ...args] = command
    await run(program, [...args, make(context)], {
      env: {
        ...process.env,
        PATH: `${tools}${delimiter}${process.env.PATH}`,
        TWOFOLD_TOKEN: context.token,
      },
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

/** Set to keep pictures of what the test sees. */
const pictures = process.env.TWOFOLD_PICTURES

async function openInstall(search = '', options: BrowserContextOptions = {}): Promise<Page> {
  const { dataset_id } = await server.createDataset({ name: 'Brewbeans' })
  reader = await openManager(browser, server, options)
  await reader.page.goto(`/datasets/${dataset_id}/install${search}`)
  return reader.page
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}

const search = (page: Page) => new URL(page.url()).search

describe('the language of the server', () => {
  it('stands in the address, with or without Meta’s SDK', async () => {
    const page = await openInstall()
    await page.getByRole('region', { name: 'Shell' }).waitFor()
    await page.getByText('PHP', { exact: true }).click()
    const code = page.getByRole('region', { name: 'purchase.php' })
    await expect
      .poll(() => code.textContent())
      .toContain(`setDomain('${new URL(server.url).host}')`)
    expect(search(page)).toBe('?server=php')
    await picture(page, 'install-php')

    await page.getByText('Without a library').click()
    await expect.poll(() => code.textContent()).toContain('stream_context_create')
    expect(search(page)).toBe('?server=php&sdk=none')

    await page.getByText('Python', { exact: true }).click()
    const python = page.getByRole('region', { name: 'purchase.py' })
    await expect.poll(() => python.textContent()).toContain(`"${server.url}/v24.0/`)
    await page.reload()
    await python.waitFor()
    expect(search(page)).toBe('?server=python&sdk=none')
    await page.getByText('curl', { exact: true }).click()
    await page.getByRole('region', { name: 'Shell', exact: true }).waitFor()
    expect(search(page)).toBe('?sdk=none')
    expect(reader?.complaints).toEqual([])
  })

  it('is by Twofold’s SDK for Node, or by Meta’s', async () => {
    const page = await openInstall('?server=node')
    const code = page.getByRole('region', { name: 'purchase.mjs' })
    await expect.poll(() => code.textContent()).toContain("from 'twofold/sdk'")
    await picture(page, 'install-node')
    await page.getByText('Meta’s SDK', { exact: true }).click()
    await expect.poll(() => code.textContent()).toContain('facebook-nodejs-business-sdk')
    expect(search(page)).toBe('?server=node&sdk=meta')
    await page.getByText('Twofold’s SDK', { exact: true }).click()
    await code.getByText('twofold/sdk').waitFor()
    expect(search(page)).toBe('?server=node')
    expect(reader?.complaints).toEqual([])
  })

  it.each([
    ['Ruby', 'purchase.rb', 'Net::HTTP.post'],
    ['Java', 'Purchase.java', 'HttpRequest.newBuilder'],
  ])('%s needs no https without the SDK, and the page says why', async (name, file, call) => {
    const page = await openInstall(`?server=${name.toLowerCase()}`)
    const code = page.getByRole('region', { name: file })
    await expect.poll(() => code.textContent()).toContain(call)
    await page.getByText(`Meta’s SDK for ${name} sends to https addresses only`).waitFor()
    await picture(page, `install-${name}`)
  })

  it('puts a new token into the shell, never into the code', async () => {
    const page = await openInstall('?server=python')
    await page.getByRole('button', { name: 'Make a token' }).click()
    const token = (await page.getByTestId('secret').textContent()) ?? ''
    const shell = page.getByRole('region', { name: 'In a shell, to send it once' })
    expect(token.length).toBeGreaterThan(20)
    expect(await shell.textContent()).toContain(`export TWOFOLD_TOKEN='${token}'`)
    expect(await page.getByRole('region', { name: 'purchase.py' }).textContent()).not.toContain(
      token,
    )
  })

  it('fits a phone, in the dark, no language cut off', async () => {
    const viewport = { width: 390, height: 844 }
    const page = await openInstall('?server=php', {
      viewport,
      hasTouch: true,
      colorScheme: 'dark',
    })
    await page.getByRole('region', { name: 'purchase.php' }).waitFor()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(viewport.width)
    const cut = `[...document.querySelectorAll('[role=radiogroup] label')]
      .filter((label) => {
        const box = label.closest('[role=radiogroup]').getBoundingClientRect()
        const { right } = label.getBoundingClientRect()
        return right > box.right || label.scrollWidth > label.clientWidth
      })
      .map((label) => label.textContent)`
    expect(await page.evaluate<string[]>(cut)).toEqual([])
    await picture(page, 'install-phone')
  })
})
