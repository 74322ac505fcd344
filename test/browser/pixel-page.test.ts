/** The page's life: cookies, single-page navigation, back-forward cache, pages loaded ahead. */
import { describe, expect, it } from 'vitest'
import { pixelFixture, settled, shop } from './pixel-fixture.ts'

const fixture = pixelFixture()
const VIEW = `fbq('track','PageView')`
const FBP = /^fb\.\d\.\d{13}\.\d{8,18}$/

async function visit(path = '/', host = '127.0.0.1'): Promise<void> {
  const { recorder, page } = fixture
  if (!recorder.pages.has('/')) recorder.pages.set('/', { body: shop(VIEW) })
  await page.goto(`http://${host}:${recorder.port}${path}`)
  await settled(page)
}

const cookies = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await fixture.context.cookies()).map(({ name, value }) => [name, value]))

async function lastUserData(count = 1): Promise<Record<string, unknown>> {
  await fixture.recorder.until((events) => events.length >= count)
  return fixture.recorder.events[count - 1]?.user_data ?? {}
}

describe('cookies', () => {
  it('_fbp is made once, kept 90 days, and travels with every event', async () => {
    const { context, page } = fixture
    await visit()
    const { fbp, fbc } = await lastUserData()
    expect(fbp).toMatch(FBP)
    expect(fbc).toBeUndefined()
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ name: '_fbp', value: fbp, path: '/', sameSite: 'Lax' })
    const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400
    expect(Math.round(days)).toBe(90)
    await page.evaluate(`fbq('track','Lead')`)
    expect((await lastUserData(2)).fbp).toBe(fbp)
    await visit()
    expect((await lastUserData(3)).fbp).toBe(fbp)
  })

  const DOMAINS: readonly [host: string, domain: string, index: number][] = [
    ['www.shop.test', '.shop.test', 1],
    ['shop.test', '.shop.test', 1],
    ['a.b.shop.test', '.shop.test', 1],
    ['www.shop.co.uk', '.shop.co.uk', 2],
  ]
  it.each(DOMAINS)('on %s they belong to %s', async (host, domain, index) => {
    const { recorder, context } = fixture
    recorder.endpoint = ''
    await visit('/?fbclid=IwAR_x', host)
    const { fbp, fbc } = await lastUserData()
    expect(fbp).toMatch(RegExp(`^fb\\.${index}\\.`))
    expect(fbc).toMatch(RegExp(`^fb\\.${index}\\.\\d{13}\\.IwAR_x$`))
    const all = await context.cookies()
    expect(all.map((cookie) => [cookie.name, cookie.domain]).sort()).toEqual([
      ['_fbc', domain],
      ['_fbp', domain],
    ])
  })

  const STORED: readonly [name: string, cookie: string, kept: boolean][] = [
    ['four parts', 'fb.1.1700000000000.123456789', true],
    ['an appendix of eight', 'fb.1.1700000000000.123456789.AQQCAQMC', true],
    ['an appendix of two', 'fb.1.1700000000000.123456789.AQ', true],
    ['garbage', 'hello', false],
    ['too many parts', 'fb.1.1700000000000.1.AQ.x', false],
    ['no payload', 'fb.1.1700000000000.', false],
    ['time that is none', 'fb.1.x.123456789', false],
  ]
  it.each(STORED)('a stored _fbp of %s', async (_name, value, kept) => {
    const { context, recorder } = fixture
    await context.addCookies([{ name: '_fbp', value, url: recorder.url }])
    await visit()
    const { fbp } = await lastUserData()
    if (kept) expect(fbp).toBe(value)
    else expect(fbp).toMatch(FBP)
    expect((await cookies())._fbp).toBe(fbp)
  })

  it('_fbc keeps its time for the same click and changes with another', async () => {
    const { context, recorder } = fixture
    const old = 'fb.3.1700000000000.ClickOne'
    await context.addCookies([{ name: '_fbc', value: old, url: recorder.url }])
    await visit('/?fbclid=ClickOne')
    expect((await lastUserData(1)).fbc).toBe(old)
    await visit('/')
    expect((await lastUserData(2)).fbc).toBe(old)
    await visit('/?a=1&fbclid=ClickTwo#x')
    expect((await lastUserData(3)).fbc).toMatch(/^fb\.3\.\d{13}\.ClickTwo$/)
    expect((await cookies())._fbc).toMatch(/ClickTwo$/)
  })

  it('_fbc comes from the referrer too, dots are escaped, and a click of 501 letters is none', async () => {
    const { page, recorder } = fixture
    recorder.pages.set('/from', { body: '<a href="/">on</a>' })
    await page.goto(`${recorder.url}/from?fbclid=Ab.c`)
    recorder.pages.set('/', { body: shop(VIEW) })
    await page.click('a')
    expect((await lastUserData(1)).fbc).toMatch(/\.Ab__DOT__c$/)
    await fixture.context.clearCookies()
    await page.goto('about:blank')
    await visit(`/?fbclid=${'x'.repeat(501)}`)
    expect((await lastUserData(2)).fbc).toBeUndefined()
  })

  it('are neither made nor sent when the dataset or the page wants none', async () => {
    const { recorder } = fixture
    recorder.settings = { first_party_cookies: false }
    await visit()
    expect(await lastUserData(1)).toEqual({})
    recorder.settings = {}
    recorder.pages.set('/', { body: shop(`fbq('set','firstPartyCookies',false); ${VIEW}`) })
    await visit()
    expect(await lastUserData(2)).toEqual({})
    expect(await cookies()).toEqual({})
  })

  it('where the browser takes none, one id serves the page', async () => {
    const { page } = fixture
    await page.addInitScript(() => {
      Object.defineProperty(document, 'cookie', { get: () => '', set: () => {} })
    })
    await visit('/?fbclid=Mem')
    await page.evaluate(`history.replaceState({}, '', '/'); fbq('track','Lead')`)
    await fixture.recorder.until((events) => events.length >= 3)
    const all = fixture.recorder.events.map((event) => event.user_data)
    expect(new Set(all.map((data) => data.fbp)).size).toBe(1)
    expect(new Set(all.map((data) => data.fbc)).size).toBe(1)
  })
})

describe('single-page navigation', () => {
  it('each change of the address is a page view, the same address is none', async () => {
    const { recorder, page } = fixture
    await visit()
    await page.evaluate(`history.pushState({}, '', '/a')`)
    await page.evaluate(`history.replaceState({}, '', '/b')`)
    await page.evaluate(`history.replaceState({}, '', '/b')`)
    await page.evaluate('history.back()')
    await recorder.until((events) => events.length >= 4)
    await settled(page)
    const seen = recorder.events.map((event) => [
      event.event_name,
      new URL(event.event_source_url).pathname,
      event.browser?.method,
    ])
    expect(seen).toEqual([
      ['PageView', '/', 'track'],
      ['PageView', '/a', 'auto'],
      ['PageView', '/b', 'auto'],
      ['PageView', '/', 'auto'],
    ])
    expect(new Set(recorder.events.map((event) => event.event_id)).size).toBe(4)
  })

  it('a manual PageView after it stays a duplicate', async () => {
    const { recorder, page } = fixture
    await visit()
    await page.evaluate(`history.pushState({}, '', '/a'); fbq('track','PageView')`)
    await recorder.until((events) => events.length >= 2)
    await settled(page)
    expect(recorder.events).toHaveLength(2)
  })

  it('fbq.disablePushState switches it off', async () => {
    const { recorder, page } = fixture
    recorder.pages.set('/', { body: shop(`fbq.disablePushState = true; ${VIEW}`) })
    await visit()
    await page.evaluate(`history.pushState({}, '', '/a'); fbq('track','Lead')`)
    await recorder.until((events) => events.length >= 2)
    expect(recorder.names()).toEqual(['PageView', 'Lead'])
  })

  it('history keeps working as the page expects', async () => {
    const { page } = fixture
    await visit()
    const answer = await page.evaluate(`(function () {
      history.pushState({a:1}, '', '/a');
      try { history.pushState(function () {}, '', '/c') } catch (e) { return [history.state, e.name] }
    })()`)
    expect(answer).toEqual([{ a: 1 }, 'DataCloneError'])
  })

  it('a site that has sent nothing is not watched', async () => {
    const { recorder, page } = fixture
    recorder.pages.set('/', { body: shop('') })
    await visit()
    await page.evaluate(`history.pushState({}, '', '/a')`)
    await settled(page)
    expect(recorder.events).toEqual([])
  })
})

describe('back and forward', () => {
  it('a page that comes back out of the cache is viewed again', async () => {
    const { recorder, page } = fixture
    await visit()
    await page.evaluate(
      `dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}));
       dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))`,
    )
    await recorder.until((events) => events.length >= 2)
    await settled(page)
    expect(recorder.events.map((event) => event.browser?.method)).toEqual(['track', 'auto'])
  })
})

describe('a page loaded ahead', () => {
  it('reports nothing until somebody sees it', async () => {
    const { recorder, page, context } = fixture
    await page.addInitScript(() => {
      let ahead = true
      Object.defineProperty(document, 'prerendering', { get: () => ahead, configurable: true })
      Object.assign(window, {
        show() {
          ahead = false
          document.dispatchEvent(new Event('prerenderingchange'))
        },
      })
    })
    await visit()
    await settled(page)
    expect(recorder.events).toEqual([])
    expect(await context.cookies()).toEqual([])
    await page.evaluate('show()')
    await recorder.until((events) => events.length >= 1)
    expect(recorder.names()).toEqual(['PageView'])
  })
})
