/**
 * Beside Meta's script, in whatever order the two arrive. A small script stands for Meta's: it
 * drains the stub, takes its own lock while its configuration loads, and reports by image.
 */
import { describe, expect, it } from 'vitest'
import { pixelFixture, settled } from './pixel-fixture.ts'
import { baseCode, DATASET, html } from './recorder.ts'

const fixture = pixelFixture()
const META_PIXEL = '555000111'

/** What the contract records of Meta's script, as far as a companion meets it. */
const META = `(function () {
  var fbq = window.fbq, locked = false, seen = {}
  if (!fbq) return
  function hit(id, name, data) {
    if (name === 'PageView' && seen[id]) return
    if (name === 'PageView') seen[id] = true
    var eid = data && data.eventID
    new Image().src = 'https://www.facebook.com/tr/?id=' + id + '&ev=' + name +
      (eid === undefined ? '' : '&eid=' + eid)
  }
  var ids = []
  function run(args) {
    if (args[0] === 'init') {
      ids.push(args[1]); locked = true
      setTimeout(function () { locked = false; drain() }, 60)
    }
    if (args[0] === 'track' || args[0] === 'trackCustom') {
      ids.forEach(function (id) { hit(id, args[1], args[3]) })
    }
    if (args[0] === 'trackSingle') hit(args[1], args[2], args[4])
  }
  function drain() { while (fbq.queue.length && !locked) run(fbq.queue.shift()) }
  fbq.callMethod = function () { locked ? fbq.queue.push(arguments) : run(arguments) }
  fbq.version = '2.9.252'
  fbq.getState = function () {
    return {pixels: ids.map(function (id) { return {id: id, userData: {em: 'jo@shop.test'}} })}
  }
  drain()
})()`

interface Hit {
  readonly id: string | null
  readonly name: string | null
  readonly eventId: string | null
}

/** Answers for Meta: its script after `delayMs`, and its hits, which are the list returned. */
async function meta(delayMs = 0): Promise<Hit[]> {
  const hits: Hit[] = []
  await fixture.context.route('https://www.facebook.com/tr/**', (route) => {
    const { searchParams } = new URL(route.request().url())
    hits.push({
      id: searchParams.get('id'),
      name: searchParams.get('ev'),
      eventId: searchParams.get('eid'),
    })
    return route.fulfill({ status: 200, body: '' })
  })
  await fixture.context.route('https://connect.facebook.net/**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    await route.fulfill({ contentType: 'text/javascript', body: META })
  })
  return hits
}

const PAGE = `fbq('init', '${DATASET}'); fbq('track', 'PageView');
  fbq('track', 'Lead', {}, {eventID: 'mine'});`
const LATER = `fbq('track', 'Purchase', {value: 3, currency: 'EUR'})`

async function visit(...parts: string[]): Promise<void> {
  fixture.recorder.pages.set('/', { body: html(...parts) })
  await fixture.page.goto(fixture.recorder.url)
  await settled(fixture.page)
}

/** Both sides, as "name id"; equal when each event was sent once by each with one id. */
async function bothSides(hits: readonly Hit[], count: number): Promise<[string[], string[]]> {
  await fixture.recorder.until((events) => events.length >= count)
  await expect.poll(() => hits.length).toBeGreaterThanOrEqual(count)
  await settled(fixture.page)
  return [
    fixture.recorder.events.map((event) => `${event.event_name} ${event.event_id}`).sort(),
    hits.map((hit) => `${hit.name} ${hit.eventId}`).sort(),
  ]
}

describe('companion', () => {
  const tag = (mode: string) => `<script src="/p.js" ${mode}></script>`
  const ORDERS: readonly [name: string, parts: string[], metaDelayMs: number][] = [
    ['ours before the base code', [tag('data-mode="companion"'), baseCode() + PAGE], 0],
    ['ours after it, Meta’s script slow', [baseCode() + PAGE, tag('data-mode="companion"')], 300],
    ['found out by itself', [baseCode() + PAGE, tag('')], 300],
    ['found out by itself, ours not in the way', [baseCode() + PAGE, tag('async')], 300],
  ]
  it.each(ORDERS)('%s: each event once by each, with one id', async (_name, parts, delayMs) => {
    const hits = await meta(delayMs)
    await visit(...parts)
    await expect.poll(() => hits.length).toBe(2)
    await fixture.page.evaluate(LATER)
    const [ours, theirs] = await bothSides(hits, 3)
    expect(ours).toHaveLength(3)
    expect(theirs).toEqual(ours)
    expect(ours.join()).toContain('Lead mine')
    expect(fixture.recorder.events.map((event) => event.browser?.mode)).toEqual(
      Array(3).fill('companion'),
    )
  })

  it('Meta’s script long done when ours comes: we take over its pixels and count the view', async () => {
    const hits = await meta()
    fixture.recorder.scriptDelayMs = 500
    await visit(baseCode() + PAGE, tag('async'))
    expect(hits.map((hit) => hit.name)).toEqual(['PageView', 'Lead'])
    await fixture.recorder.until((events) => events.length >= 1)
    expect(fixture.recorder.names()).toEqual(['PageView'])
    expect(fixture.recorder.events[0]?.user_data.em).toHaveLength(1)
    await fixture.page.evaluate(LATER)
    await fixture.recorder.until((events) => events.length >= 2)
    await expect.poll(() => hits.length).toBe(3)
    expect(hits[2]?.eventId).toBe(fixture.recorder.events[1]?.event_id)
  })

  it('a script of Meta’s that nothing announced gets what we handled before it came', async () => {
    const hits = await meta()
    await visit(baseCode('/p.js') + PAGE)
    await fixture.recorder.until((events) => events.length >= 2)
    await fixture.page.addScriptTag({ url: 'https://connect.facebook.net/en_US/fbevents.js' })
    await fixture.page.evaluate(LATER)
    const [ours, theirs] = await bothSides(hits, 3)
    expect(ours).toHaveLength(3)
    expect(theirs).toEqual(ours)
  })

  it('Meta’s script blocked: ours alone, and the page notices nothing', async () => {
    await fixture.context.route('https://connect.facebook.net/**', (route) => route.abort())
    await visit(tag('data-mode="companion"'), baseCode() + PAGE)
    await fixture.page.evaluate(LATER)
    await fixture.recorder.until((events) => events.length >= 3)
  })

  it('calls to Meta’s script are passed on as they were, but for the id', async () => {
    await meta()
    await visit(tag('data-mode="companion"'), `${baseCode()} fbq('init', '${DATASET}');`)
    await expect.poll(() => fixture.page.evaluate('fbq.version')).toBe('2.9.252')
    const calls = await fixture.page.evaluate(`(function () {
      var seen = []
      fbq.callMethod = function () { seen.push([this === fbq, [].slice.call(arguments)]) }
      fbq('consent', 'revoke'); fbq('consent', 'grant'); fbq('set', 'autoConfig', false, '1')
      fbq('track', 'Lead', {a: 1}, {eventID: 'x', test: 2}); fbq('something', 'else')
      return seen
    })()`)
    expect(calls).toEqual([
      [true, ['consent', 'revoke']],
      [true, ['consent', 'grant']],
      [true, ['set', 'autoConfig', false, '1']],
      [true, ['track', 'Lead', { a: 1 }, { eventID: 'x', test: 2 }]],
      [true, ['something', 'else']],
    ])
  })

  it('Meta’s pixel has another id than the dataset: the first one, or data-pixel', async () => {
    const hits = await meta()
    const calls = `fbq('init', '777'); fbq('init', '${META_PIXEL}');
      fbq('trackSingle', '777', 'Contact'); fbq('trackSingle', '${META_PIXEL}', 'Lead');`
    await visit(tag(`data-mode="companion" data-pixel="${META_PIXEL}"`), baseCode() + calls)
    await expect
      .poll(() => hits.map((hit) => `${hit.id} ${hit.name}`))
      .toEqual(['777 Contact', `${META_PIXEL} Lead`])
    await fixture.recorder.until((events) => events.length >= 1)
    await visit(tag('data-mode="companion"'), baseCode() + calls)
    await fixture.recorder.until((events) => events.length >= 2)
    expect(fixture.recorder.events.map((event) => [event.dataset_id, event.event_name])).toEqual([
      [DATASET, 'Lead'],
      [DATASET, 'Contact'],
    ])
  })
})

describe('replace', () => {
  it('asked for, a script of Meta’s that comes as well gets nothing from us', async () => {
    const hits = await meta()
    await visit('<script src="/p.js" data-mode="replace"></script>', PAGE)
    await fixture.page.addScriptTag({ url: 'https://connect.facebook.net/en_US/fbevents.js' })
    await fixture.page.evaluate(LATER)
    await fixture.recorder.until((events) => events.length >= 3)
    await settled(fixture.page)
    expect(hits).toEqual([])
    expect(fixture.recorder.events).toHaveLength(3)
  })
})
