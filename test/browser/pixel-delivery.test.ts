/** Nothing is lost that can be saved: early leavers, dead servers, blockers, tabs, strict policies. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { pixelFixture, settled, shop } from './pixel-fixture.ts'
import { baseCode, DATASET, html } from './recorder.ts'

const fixture = pixelFixture()

async function visit(body: string, path = '/'): Promise<void> {
  fixture.recorder.pages.set(path.split('?')[0] ?? '', { body })
  await fixture.page.goto(fixture.recorder.url + path)
  await settled(fixture.page)
}

const waiting = (): Promise<number> =>
  fixture.page.evaluate(
    () => Object.keys(localStorage).filter((key) => key.startsWith('_t2.')).length,
  )

/** Makes what waits due now, so that no test sits through a backoff. */
const hurry = (): Promise<void> =>
  fixture.page.evaluate(() => {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith('_t2.'))) {
      const [event, attempts] = JSON.parse(localStorage[key])
      localStorage[key] = JSON.stringify([event, attempts, 0])
    }
  })

const ids = (): string[] => fixture.recorder.events.map((event) => event.event_id)

describe('leaving at once', () => {
  it('an event of the task that navigates away arrives', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    recorder.pages.set('/next', { body: '<title>Next</title>' })
    await page.evaluate(`fbq('track','Lead',{},{eventID:'l'}); location.href = '/next'`)
    // A page that is closed while it moves on may never close.
    await page.waitForURL('**/next')
    await recorder.until((events) => events.length >= 1)
    expect(ids()).toEqual(['l'])
  })

  it('an event made while the page is hidden for good arrives', async () => {
    const { recorder, page } = fixture
    await visit(
      shop(`addEventListener('pagehide', function () {
      fbq('track','Lead',{},{eventID:'last'}) })`),
    )
    recorder.pages.set('/next', { body: '<title>Next</title>' })
    await page.goto(`${recorder.url}/next`)
    await recorder.until((events) => events.length >= 1)
  })

  it('an event whose answer came too late is sent again by the next page, with its id', async () => {
    const { recorder, page } = fixture
    recorder.answerDelayMs = 700
    await visit(shop(''))
    recorder.pages.set('/next', { body: shop('') })
    await page.evaluate(`fbq('track','Lead',{},{eventID:'l'}); location.href = '/next'`)
    await page.waitForURL('**/next')
    await hurry()
    await page.reload()
    await recorder.until((events) => events.length >= 2)
    expect(ids()).toEqual(['l', 'l'])
    expect(recorder.events.map((event) => event.browser?.attempt)).toEqual([1, 2])
    await expect.poll(waiting, { timeout: 5000 }).toBe(0)
  })
})

describe('a server that is down', () => {
  it('gets the event, once, when it is back', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    await recorder.close()
    await page.evaluate(`fbq('track','Purchase',{value:1,currency:'EUR'},{eventID:'o-1'})`)
    await expect.poll(waiting).toBe(1)
    await recorder.open()
    await recorder.until((events) => events.length >= 1)
    await expect.poll(waiting).toBe(0)
    expect(ids()).toEqual(['o-1'])
    expect(recorder.events[0]?.browser?.attempt).toBeGreaterThan(1)
  })

  it('gets it from another page, with the time and address of the first', async () => {
    const { recorder, page, context } = fixture
    await visit(shop(''), '/thanks?a=1')
    await recorder.close()
    const atS = Math.floor(Date.now() / 1000)
    await page.evaluate(`fbq('track','Lead',{},{eventID:'o-2'})`)
    await expect.poll(waiting).toBe(1)
    await hurry()
    await page.close()
    await recorder.open()
    fixture.page = await context.newPage()
    await visit(shop(''))
    await recorder.until((events) => events.length >= 1)
    const [event] = recorder.events
    expect(event?.event_id).toBe('o-2')
    expect(event?.event_source_url).toBe(`${recorder.url}/thanks?a=1`)
    expect(Math.abs((event?.event_time ?? 0) - atS)).toBeLessThanOrEqual(1)
  })

  it.each([500, 503, 408, 429])('an answer of %i is tried again', async (status) => {
    const { recorder, page } = fixture
    await visit(shop(''))
    recorder.status = status
    await page.evaluate(`fbq('track','Lead',{},{eventID:'again'})`)
    await recorder.until((events) => events.length >= 1)
    recorder.status = 200
    await page.evaluate(`dispatchEvent(new Event('online'))`)
    await recorder.until((events) => events.length >= 2)
    // Chromium itself repeats a 408 at once; our own next try may then be a pause away.
    await expect.poll(waiting, { timeout: 10_000 }).toBe(0)
    expect(ids().length).toBeGreaterThanOrEqual(2)
    expect(new Set(ids())).toEqual(new Set(['again']))
  })

  it.each([200, 204, 400, 413])('an answer of %i is final', async (status) => {
    const { recorder, page } = fixture
    await visit(shop(''))
    recorder.status = status
    await page.evaluate(`fbq('track','Lead')`)
    await recorder.until((events) => events.length >= 1)
    await expect.poll(waiting, { timeout: 10_000 }).toBe(0)
  })

  it('a page that is hidden hands over by beacon what still waits', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    recorder.status = 503
    await page.evaluate(`fbq('track','Lead',{},{eventID:'b'})`)
    await recorder.until((events) => events.length >= 1)
    await settled(page)
    recorder.status = 200
    await page.goto('about:blank')
    await recorder.until((events) => events.length >= 2)
    expect(ids()).toEqual(['b', 'b'])
  })

  it('what waits is bounded, and conversions outlive page views', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    await recorder.close()
    await page.evaluate(`fbq.allowDuplicatePageViews = true;
      fbq('track','Purchase',{value:1,currency:'EUR'},{eventID:'kept'});
      for (var i = 0; i < 150; i++) fbq('track','PageView',{content_name:'x'.repeat(5000)})`)
    // Of 750,000 characters what fits into 250,000, each with some hundred of its own.
    await expect.poll(waiting).toBeLessThan(50)
    expect(await waiting()).toBeGreaterThan(40)
    await recorder.open()
    await expect
      .poll(async () => {
        await page.evaluate(`dispatchEvent(new Event('online'))`)
        return ids()
      })
      .toContain('kept')
  })

  it('an event a day old is forgotten, and what is not ours is left alone', async () => {
    const { recorder, page } = fixture
    recorder.pages.set('/', { body: '<title>First</title>' })
    await page.goto(recorder.url)
    await page.evaluate(() => {
      const event = { event_name: 'Lead', event_id: 'old', browser: {} }
      localStorage[`_t2.1${Date.now() - 86_500_000}.0old`] = JSON.stringify([event, 3, 0])
      localStorage[`_t2.1${Date.now() - 1000}.0new`] = JSON.stringify([event, 3, 0])
      localStorage.theirs = 'x'
    })
    await visit(shop(''))
    await recorder.until((events) => events.length >= 1)
    await expect.poll(waiting).toBe(0)
    expect(recorder.events).toHaveLength(1)
    expect(await page.evaluate('localStorage.theirs')).toBe('x')
  })
})

describe('offline', () => {
  it('events wait and leave when the connection is back', async () => {
    const { recorder, page, context } = fixture
    await visit(shop(''))
    await context.setOffline(true)
    await page.evaluate(`fbq('track','Lead',{},{eventID:'off'})`)
    await expect.poll(waiting).toBe(1)
    expect(recorder.events).toEqual([])
    await context.setOffline(false)
    await recorder.until((events) => events.length >= 1)
    expect(ids()).toEqual(['off'])
    await expect.poll(waiting).toBe(0)
  })
})

describe('storage that is blocked', () => {
  it('works from memory, with retries', async () => {
    const { recorder, page } = fixture
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('blocked', 'SecurityError')
        },
      })
    })
    await visit(shop(''))
    recorder.status = 503
    await page.evaluate(`fbq('track','Lead',{},{eventID:'m'})`)
    await recorder.until((events) => events.length >= 1)
    recorder.status = 200
    await page.evaluate(`dispatchEvent(new Event('online'))`)
    await recorder.until((events) => events.length >= 2)
    expect(ids()).toEqual(['m', 'm'])
  })

  it('a full one does not stop an event', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    await page.evaluate(() => {
      let chunk = 'x'.repeat(1 << 20)
      for (let i = 0; chunk; i++) {
        try {
          localStorage[`fill${i}`] = chunk
        } catch {
          chunk = chunk.slice(chunk.length >> 1 || 1)
        }
      }
    })
    await page.evaluate(`fbq('track','Lead',{},{eventID:'f'})`)
    await recorder.until((events) => events.length >= 1)
  })

  it('a sandboxed frame without origin neither throws nor loses', async () => {
    const { recorder, page } = fixture
    recorder.pages.set('/frame', { body: shop(`fbq('track','Lead')`) })
    recorder.pages.set('/', { body: '<iframe sandbox="allow-scripts" src="/frame"></iframe>' })
    await page.goto(recorder.url)
    await recorder.until((events) => events.length >= 1)
  })
})

describe('large events', () => {
  it('of more than a browser keeps alive arrive all the same', async () => {
    const { recorder } = fixture
    await visit(
      shop(`fbq('track','Lead',{text:'x'.repeat(100000)},{eventID:'big'});
                      fbq('track','Contact',{},{eventID:'small'})`),
    )
    await recorder.until((events) => events.length >= 2)
    expect(ids().sort()).toEqual(['big', 'small'])
  })

  it('many events of some size share requests of a size that browsers take', async () => {
    const { recorder } = fixture
    await visit(
      shop(`for (var i = 0; i < 60; i++) fbq('trackCustom','E'+i,{text:'ä'.repeat(2000)})`),
    )
    await recorder.until((events) => events.length >= 60)
    expect(new Set(ids()).size).toBe(60)
    for (const body of recorder.bodies) {
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(64_000)
    }
  })
})

describe('two tabs', () => {
  it('do not send twice what one of them is sending', async () => {
    const { recorder, page, context } = fixture
    recorder.answerDelayMs = 400
    await visit(shop(''))
    const other = await context.newPage()
    await page.evaluate(`fbq('track','Lead',{},{eventID:'once'})`)
    await other.goto(recorder.url)
    await other.evaluate(`fbq('track','Contact',{},{eventID:'other'})`)
    await recorder.until((events) => events.length >= 2)
    await expect.poll(waiting).toBe(0)
    expect(ids().sort()).toEqual(['once', 'other'])
  })
})

describe('blockers and policies', () => {
  it('a visitor who blocks every third-party host is still seen', async () => {
    const { recorder, context } = fixture
    const { origin } = new URL(recorder.url)
    await context.route(
      (url) => url.origin !== origin,
      (route) => route.abort('blockedbyclient'),
    )
    await visit(shop(`fbq('track','PageView')`))
    await recorder.until((events) => events.length >= 1)
  })

  it('no address of ours looks like what block lists match', async () => {
    const { recorder, page } = fixture
    const urls: string[] = []
    page.on('request', (request) => urls.push(request.url()))
    await visit(shop(`fbq('track','PageView'); fbq('track','Purchase',{value:1,currency:'EUR'})`))
    await recorder.until((events) => events.length >= 2)
    expect(urls.map((url) => new URL(url).pathname + new URL(url).search).sort()).toEqual([
      '/',
      '/e',
      '/p.js',
    ])
  })

  it('a strict policy (own scripts and connections, a nonce) is enough', async () => {
    const { recorder, page, warnings } = fixture
    const body = html(
      `<script nonce="n1">${baseCode('/p.js')} fbq('init','${DATASET}',{em:'a@b.test'});
       fbq('track','PageView')</script>`,
    )
    recorder.pages.set('/', {
      body,
      headers: {
        'content-security-policy':
          "default-src 'none'; script-src 'self' 'nonce-n1'; connect-src 'self'; " +
          "require-trusted-types-for 'script'; trusted-types 'none'",
      },
    })
    const errors: string[] = []
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    // Inserting a script is the base code's business; under Trusted Types a page lists its tag.
    recorder.pages.set('/tag', {
      body: html(`<script nonce="n1" async src="/p.js" data-id="${DATASET}"></script>`),
      headers: recorder.pages.get('/')?.headers ?? {},
    })
    await page.goto(`${recorder.url}/tag`)
    await recorder.until((events) => events.length >= 1)
    expect(errors).toEqual([])
    expect(warnings).toEqual([])
  })

  it('a policy that forbids connections costs the page nothing', async () => {
    const { recorder, page } = fixture
    recorder.pages.set('/', {
      body: shop(`fbq('track','PageView')`),
      headers: { 'content-security-policy': "connect-src 'none'" },
    })
    await page.goto(recorder.url)
    await settled(page)
    expect(recorder.events).toEqual([])
    expect(await waiting()).toBe(1)
  })
})

describe('a slow script', () => {
  it('takes, three seconds late, what the stub gathered', async () => {
    const { recorder } = fixture
    recorder.scriptDelayMs = 3000
    await visit(shop(`fbq('track','PageView'); fbq('track','Lead')`))
    await recorder.until((events) => events.length >= 2)
    expect(recorder.names().sort()).toEqual(['Lead', 'PageView'])
  })
})

describe('settings', () => {
  it('data-endpoint reports elsewhere, and data-test-event-code marks the request', async () => {
    const { recorder, page } = fixture
    const bodies: { test_event_code?: string }[] = []
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk) => {
        text += chunk
      })
      request.on('end', () => {
        bodies.push(JSON.parse(text))
        response.writeHead(204, {
          'access-control-allow-origin': request.headers.origin ?? '*',
          'access-control-allow-credentials': 'true',
        })
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const tag = `data-endpoint="http://127.0.0.1:${port}" data-test-event-code="TEST7"`
    await visit(shop(`fbq('track','Lead')`, tag))
    await expect.poll(() => bodies.length).toBe(1)
    expect(bodies[0]?.test_event_code).toBe('TEST7')
    expect(recorder.events).toEqual([])
    await page.close()
    await new Promise((resolve) => server.close(resolve))
  })
})
