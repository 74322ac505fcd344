/** The pixel answers Meta's contract: base code, any stub, commands, ids, duplicates, bad input. */
import { describe, expect, it } from 'vitest'
import { pixelFixture, STUB, settled, shop } from './pixel-fixture.ts'
import { baseCode, DATASET, html, OTHER_DATASET } from './recorder.ts'

const fixture = pixelFixture()

async function visit(body: string): Promise<void> {
  fixture.recorder.pages.set('/', { body })
  await fixture.page.goto(fixture.recorder.url)
  await settled(fixture.page)
}

describe('base code', () => {
  it('works unmodified when the address of fbevents.js answers with the pixel', async () => {
    const { context, recorder } = fixture
    await context.route('https://connect.facebook.net/en_US/fbevents.js', async (route) =>
      route.fulfill({ contentType: 'text/javascript', body: await recorder.script() }),
    )
    await visit(
      html(`${baseCode()}
        fbq('init', '${DATASET}');
        fbq('track', 'PageView');
        fbq('track', 'Purchase', {value: 30, currency: 'EUR'}, {eventID: 'o-17'});`),
    )
    await recorder.until((events) => events.length >= 2)
    expect(recorder.names()).toEqual(['PageView', 'Purchase'])
    expect(recorder.bodies, 'calls of one task share a request').toHaveLength(1)
    expect(recorder.contentTypes[0]).toContain('text/plain')
    expect(recorder.events[1]).toMatchObject({
      dataset_id: DATASET,
      event_id: 'o-17',
      event_source_url: `${recorder.url}/`,
      custom_data: { value: 30, currency: 'EUR' },
      consent: {},
      browser: { mode: 'replace', method: 'track', attempt: 1, title: 'Shop' },
    })
  })

  it('every event has an id of its own, and the time of its call', async () => {
    const { recorder } = fixture
    const before = Math.floor(Date.now() / 1000)
    await visit(shop(`for (var i = 0; i < 20; i++) fbq('trackCustom', 'Step' + i)`))
    await recorder.until((events) => events.length >= 20)
    expect(new Set(recorder.events.map((event) => event.event_id)).size).toBe(20)
    for (const { event_time, event_id } of recorder.events) {
      expect(event_id).toMatch(/^\S{8,64}$/)
      expect(event_time).toBeGreaterThanOrEqual(before)
      expect(event_time).toBeLessThanOrEqual(Date.now() / 1000)
    }
  })
})

/** Stubs found in the wild: each is a page that calls before and after the script arrives. */
const STUBS: Record<string, string> = {
  'the base code': STUB,
  'no push, loaded or version': `window.fbq = window.fbq || function () {
    fbq.callMethod ? fbq.callMethod.apply(fbq, arguments) : fbq.queue.push(arguments) };
    fbq.queue = fbq.queue || []`,
  'callMethod applied to null': `window.fbq = function () {
    fbq.callMethod ? fbq.callMethod.apply(null, arguments) : fbq.queue.push(arguments) };
    fbq.queue = []`,
  'arrays in the queue': `window.fbq = (...args) =>
    fbq.callMethod ? fbq.callMethod(...args) : fbq.queue.push(args); fbq.queue = []`,
  'only ever pushes to the queue': `var held = window.fbq = function () {
    held.queue.push(arguments) }; held.queue = []`,
  '_fbq first, fbq the same': `window._fbq = function () {
    fbq.callMethod ? fbq.callMethod.apply(fbq, arguments) : fbq.queue.push(arguments) };
    window.fbq = window.fbq || window._fbq; fbq.push = fbq; fbq.loaded = true; fbq.queue = []`,
  'an accessor on window': `${STUB} var kept = window.fbq;
    Object.defineProperty(window, 'fbq', {configurable: true,
      get: function () { return kept }, set: function (f) { kept = f }})`,
  'an accessor that cannot be changed': `${STUB} var kept = window.fbq;
    Object.defineProperty(window, 'fbq', {
      get: function () { return kept }, set: function (f) { kept = f }})`,
  'a frozen stub': `${STUB} Object.freeze(window.fbq)`,
}

describe('stubs', () => {
  it.each(Object.entries(STUBS))('%s', async (_name, stub) => {
    const { recorder, page } = fixture
    await visit(
      html(`${stub}
        var early = window.fbq;
        fbq('init', '${DATASET}');
        fbq('track', 'Lead', {}, {eventID: 'early'});
        var tag = document.createElement('script'); tag.src = '/p.js';
        document.head.appendChild(tag)`),
    )
    await page.evaluate(`fbq('track', 'Contact', {}, {eventID: 'late'})`)
    await page.evaluate(`early('track', 'Donate', {}, {eventID: 'kept'})`)
    await recorder.until((events) => events.length >= 3)
    const ids = recorder.events.map((event) => event.event_id)
    expect(ids.sort()).toEqual(['early', 'kept', 'late'])
  })

  it('a queue that somebody replaces after load loses nothing', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    await page.evaluate(`fbq.queue = []; fbq('track', 'Lead')`)
    await recorder.until((events) => events.length >= 1)
  })

  it('a stub that somebody puts in its place after load is adopted', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    await page.evaluate(
      `window.fbq = function () { fbq.callMethod ? fbq.callMethod(...arguments)
         : fbq.queue.push(arguments) }; fbq.queue = fbq.queue || []; fbq('track', 'Lead')`,
    )
    await recorder.until((events) => events.length >= 1)
  })

  it('works without any stub, from a script that holds up the page', async () => {
    const { recorder } = fixture
    await visit(
      html('<script src="/p.js"></script>', `fbq('init', '${DATASET}'); fbq('track', 'Lead')`),
    )
    await recorder.until((events) => events.length >= 1)
  })

  it('data-id alone initialises the dataset and reports the page view', async () => {
    const { recorder } = fixture
    await visit(html(`<script async src="/p.js" data-id="${OTHER_DATASET}"></script>`))
    await recorder.until((events) => events.length >= 1)
    expect(recorder.events[0]).toMatchObject({
      event_name: 'PageView',
      dataset_id: OTHER_DATASET,
    })
  })

  it('loaded twice sends once', async () => {
    const { recorder, page } = fixture
    await visit(shop(`fbq('track', 'PageView')`))
    await page.addScriptTag({ url: '/p.js' })
    await page.evaluate(`fbq('track', 'Lead')`)
    await recorder.until((events) => events.length >= 2)
    await settled(page)
    expect(recorder.names()).toEqual(['PageView', 'Lead'])
  })
})

describe('commands', () => {
  /** Calls after init -> what is sent, as [dataset, name]. */
  const both = [DATASET, OTHER_DATASET]
  const CASES: readonly [name: string, calls: string, sent: readonly string[]][] = [
    ['track reaches every dataset', `fbq('track','Lead')`, both.map((id) => `${id} Lead`)],
    ['trackCustom too', `fbq('trackCustom','Foo')`, both.map((id) => `${id} Foo`)],
    ['trackSingle one', `fbq('trackSingle','${OTHER_DATASET}','Lead')`, [`${OTHER_DATASET} Lead`]],
    ['trackSingleCustom one', `fbq('trackSingleCustom',${DATASET},'Foo')`, [`${DATASET} Foo`]],
    ['trackSingle to nobody', `fbq('trackSingle','77','Lead')`, []],
    ['track CustomEvent', `fbq('track','CustomEvent',{event:'X'})`, both.map((id) => `${id} X`)],
    ['send', `fbq('send','Lead',{})`, both.map((id) => `${id} Lead`)],
    [
      'trackShopify',
      `fbq('trackShopify','${DATASET}','AddToCart',{value:1},{eventID:'s'},{})`,
      both.map((id) => `${id} AddToCart`),
    ],
    ['one array as argument', `fbq(['track','Lead'])`, both.map((id) => `${id} Lead`)],
    ['push', `fbq.push('track','Lead')`, both.map((id) => `${id} Lead`)],
    ['push of an array', `_fbq.push(['track','Lead'])`, both.map((id) => `${id} Lead`)],
    [
      'trackSingleOnly keeps a dataset out of track',
      `fbq('set','trackSingleOnly',true,'${DATASET}'); fbq('track','Lead');
       fbq('trackSingle','${DATASET}','Contact')`,
      [`${OTHER_DATASET} Lead`, `${DATASET} Contact`],
    ],
    [
      'addPixelId is init',
      `fbq('addPixelId','3003'); fbq('trackSingle','3003','Lead')`,
      ['3003 Lead'],
    ],
    [
      'a second init changes nothing',
      `fbq('init','${DATASET}'); fbq('track','Lead')`,
      both.map((id) => `${id} Lead`),
    ],
    ['explicit nulls', `fbq('track','PageView',null,null)`, both.map((id) => `${id} PageView`)],
    [
      'internals are ignored',
      `fbq('set','autoConfig',false,'${DATASET}'); fbq('on','x'); fbq('loadPlugin','y'); fbq('optOut','${DATASET}','z')`,
      [],
    ],
  ]
  it.each(CASES)('%s', async (_name, calls, sent) => {
    const { recorder, page } = fixture
    await visit(shop(`fbq('init','${OTHER_DATASET}'); ${calls}; fbq('trackCustom','End')`))
    await recorder.until((events) => events.some(({ event_name }) => event_name === 'End'))
    await settled(page)
    const got = recorder.events
      .map((event) => `${event.dataset_id} ${event.event_name}`)
      .filter((text) => !text.endsWith(' End'))
    expect(got.sort()).toEqual([...sent].sort())
  })

  it('warns of what it cannot do, once each, and goes on', async () => {
    const { recorder, warnings } = fixture
    await visit(
      shop(`fbq('init','abc'); fbq('nonsense'); fbq('nonsense'); fbq('trackSingle','77','Lead');
        fbq('track','Purchase',{value:'x'}); fbq('track')`),
    )
    await recorder.until((events) => events.some((event) => event.event_name === 'Purchase'))
    // Sent without a name, as Meta does: the server refuses it where somebody can see it.
    expect(recorder.names().sort()).toEqual(['', 'Purchase'])
    expect(warnings.every((text) => text.startsWith('[Twofold] '))).toBe(true)
    for (const part of ['abc', 'nonsense', '77', 'value']) {
      expect(warnings.filter((text) => text.includes(part))).toHaveLength(1)
    }
  })

  it('answers getState as Meta does', async () => {
    const { page } = fixture
    await visit(shop(`fbq('track','PageView')`))
    const state = (await page.evaluate('fbq.getState()')) as { pixels: unknown[] }
    expect(state.pixels).toMatchObject([{ id: DATASET, eventCount: 1, userData: {} }])
  })

  it('the agent of init, of set and of fbq.agent goes along', async () => {
    const { recorder } = fixture
    await visit(
      html(
        `${STUB} fbq.agent = 'seg'; fbq('init','1'); fbq('init','2',{},{agent:'plwoo'});
         fbq('init','3'); fbq('set','agent','tmX','3'); fbq('track','Lead')`,
        '<script async src="/p.js"></script>',
      ),
    )
    await recorder.until((events) => events.length >= 3)
    const agents = recorder.events.map((event) => [event.dataset_id, event.browser?.agent])
    expect(Object.fromEntries(agents)).toEqual({ 1: 'seg', 2: 'plwoo', 3: 'tmX' })
  })
})

describe('event ids', () => {
  const RULES: readonly [name: string, data: string, id: string | RegExp][] = [
    ['eventID', `{eventID:'a'}`, 'a'],
    ['event_id', `{event_id:'b'}`, 'b'],
    ['eventID wins', `{event_id:'b',eventID:'a'}`, 'a'],
    ['a number becomes text', '{eventID:123}', '123'],
    ['an object is unwrapped', `{eventID:{eventID:'in'}}`, 'in'],
    ['an empty one is replaced', `{eventID:''}`, /^\w{8,}$/],
    ['null is replaced', '{eventID:null}', /^\w{8,}$/],
    ['none is made', 'undefined', /^\w{8,}$/],
  ]
  it('follow the rules of eventID', async () => {
    const { recorder } = fixture
    const calls = RULES.map(([, data], index) => `fbq('trackCustom','Rule${index}',{},${data});`)
    await visit(shop(calls.join('\n')))
    await recorder.until((events) => events.length >= RULES.length)
    for (const [index, [name, , id]] of RULES.entries()) {
      const got = recorder.events.find((event) => event.event_name === `Rule${index}`)?.event_id
      if (typeof id === 'string') expect(got, name).toBe(id)
      else expect(got, name).toMatch(id)
    }
  })

  it('stands after the params, also for trackSingle; inside the params it is data', async () => {
    const { recorder } = fixture
    await visit(
      shop(`fbq('trackSingle','${DATASET}','Lead',{},{eventID:'five'});
            fbq('track','Contact',{eventID:'inside'})`),
    )
    await recorder.until((events) => events.length >= 2)
    const [lead, contact] = recorder.events
    expect(lead?.event_id).toBe('five')
    expect(contact?.event_id).not.toBe('inside')
    expect(contact?.custom_data).toEqual({ eventID: 'inside' })
  })

  it('one call has one id in all datasets', async () => {
    const { recorder } = fixture
    await visit(shop(`fbq('init','${OTHER_DATASET}'); fbq('track','Lead')`))
    await recorder.until((events) => events.length >= 2)
    expect(recorder.events[0]?.event_id).toBe(recorder.events[1]?.event_id)
  })

  it('a Purchase with an order number has the id that the server makes of it', async () => {
    const { recorder, page } = fixture
    await visit(
      shop(`fbq('track','Purchase',{value:1,currency:'EUR',order_id:17});
            fbq('track','Purchase',{value:1,currency:'EUR',order_id:18},{eventID:'own'})`),
    )
    await recorder.until((events) => events.length >= 2)
    expect(recorder.events.map((event) => event.event_id)).toEqual(['purchase:17', 'own'])
    expect(
      await page.evaluate(`[fbq.eventId('Purchase', 17), twofold.eventId('Lead', 'a')]`),
    ).toEqual(['purchase:17', 'lead:a'])
  })
})

describe('duplicate page views', () => {
  it('only the first manual PageView of a page load is sent; other events repeat', async () => {
    const { recorder, page } = fixture
    await visit(
      shop(`fbq('track','PageView'); fbq('track','PageView'); fbq('trackSingle','${DATASET}','PageView');
            fbq('track','Lead'); fbq('track','Lead')`),
    )
    await recorder.until((events) => events.length >= 3)
    await settled(page)
    expect(recorder.names().sort()).toEqual(['Lead', 'Lead', 'PageView'])
  })

  it('fbq.allowDuplicatePageViews lifts the rule', async () => {
    const { recorder } = fixture
    await visit(
      shop(`fbq.allowDuplicatePageViews = true; fbq('track','PageView'); fbq('track','PageView')`),
    )
    await recorder.until((events) => events.length >= 2)
  })

  it('so does callMethod on null, as a tag manager calls it', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    await page.evaluate(
      `fbq.callMethod.apply(null,['track','PageView']); fbq.callMethod.apply(null,['track','PageView'])`,
    )
    await recorder.until((events) => events.length >= 2)
  })
})

describe('hostile pages', () => {
  const PARAMS: readonly [name: string, params: string, data: object][] = [
    ['a cycle', `(function(){var a={ok:1};a.self=a;return a})()`, { ok: 1 }],
    ['a throwing getter', `({ok:1,get bad(){throw new Error('x')}})`, { ok: 1 }],
    ['a BigInt', `({ok:1,big:10n})`, { ok: 1 }],
    ['a Proxy that throws', `new Proxy({}, {ownKeys(){throw new Error('x')}})`, {}],
    ['a frozen object', `Object.freeze({ok:1,list:Object.freeze([1])})`, { ok: 1, list: [1] }],
    ['functions and symbols', `({ok:1,f:function(){},s:Symbol('x')})`, { ok: 1 }],
    [
      'dates and nulls',
      `({d:new Date(0),n:null,u:undefined,e:''})`,
      { d: '1970-01-01T00:00:00.000Z', e: '' },
    ],
    ['a number', '7', {}],
    ['toJSON that throws', `({ok:1,o:{toJSON(){throw new Error('x')}}})`, { ok: 1 }],
  ]
  it('params that are no plain data', async () => {
    const { recorder } = fixture
    const calls = PARAMS.map(([, data], index) => `fbq('trackCustom','P${index}',${data});`)
    await visit(shop(calls.join('\n')))
    await recorder.until((events) => events.length >= PARAMS.length)
    for (const [index, [name, , data]] of PARAMS.entries()) {
      const got = recorder.events.find((event) => event.event_name === `P${index}`)
      expect(got?.custom_data, name).toEqual(data)
    }
  })

  it('arguments of no sense at all', async () => {
    const { recorder } = fixture
    await visit(
      shop(`fbq(); fbq(null); fbq(7); fbq({}); fbq('track', Symbol('x')); fbq('toString');
            fbq('__proto__'); fbq('constructor'); fbq.queue.push(null); fbq.push();
            fbq('init', {toString(){throw new Error('x')}}); fbq('track','Lead')`),
    )
    await recorder.until((events) => events.some((event) => event.event_name === 'Lead'))
  })

  it('params that change after the call were taken as they were', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    await page.evaluate(`var p = {value: 1}; fbq('consent','revoke'); fbq('track','Lead',p);
      p.value = 2; fbq('consent','grant')`)
    await recorder.until((events) => events.length >= 1)
    expect(recorder.events[0]?.custom_data).toEqual({ value: 1 })
  })
})
