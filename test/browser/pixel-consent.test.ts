/** Consent, data processing options and Global Privacy Control: what is held, kept and sent. */
import { describe, expect, it } from 'vitest'
import { pixelFixture, settled, shop } from './pixel-fixture.ts'
import { DATASET, OTHER_DATASET } from './recorder.ts'

const fixture = pixelFixture()

async function visit(body: string, path = '/'): Promise<void> {
  fixture.recorder.pages.set(path, { body })
  await fixture.page.goto(fixture.recorder.url + path)
  await settled(fixture.page)
}

const stored = (): Promise<number> => fixture.page.evaluate('Object.keys(localStorage).length')

describe('consent', () => {
  it('revoked: nothing is sent, stored or written; granted: all of it, as it was', async () => {
    const { recorder, page, context } = fixture
    const atS = Math.floor(Date.now() / 1000)
    await visit(shop(`fbq('consent','revoke'); fbq('track','PageView')`), '/landing')
    await page.evaluate(`fbq('track','Lead',{value:2},{eventID:'held'})`)
    await page.waitForTimeout(1200)
    await page.evaluate(`history.pushState({}, '', '/later')`)
    expect(recorder.events).toEqual([])
    expect(await context.cookies()).toEqual([])
    expect(await stored()).toBe(0)
    await page.evaluate(`fbq('consent','grant')`)
    await recorder.until((events) => events.length >= 2)
    expect(recorder.names()).toEqual(['PageView', 'Lead'])
    for (const event of recorder.events) {
      expect(event.event_source_url).toBe(`${recorder.url}/landing`)
      expect(event.consent).toEqual({ state: 'granted', signal: 'fbq' })
      expect(event.event_time - atS).toBeLessThanOrEqual(1)
    }
    expect(recorder.events[1]).toMatchObject({ event_id: 'held', custom_data: { value: 2 } })
    expect((await context.cookies()).map((cookie) => cookie.name)).toEqual(['_fbp'])
  })

  it('revoked before init holds init too', async () => {
    const { recorder, page } = fixture
    await visit(shop(`fbq('consent','revoke')`))
    await page.evaluate(
      `fbq('init','${OTHER_DATASET}'); fbq('trackSingle','${OTHER_DATASET}','Lead')`,
    )
    await page.evaluate(`fbq('consent','grant')`)
    await recorder.until((events) => events.length >= 1)
    expect(recorder.events[0]?.dataset_id).toBe(OTHER_DATASET)
  })

  it('data-consent="revoked" on the tag holds from the first moment', async () => {
    const { recorder, page, context } = fixture
    await visit(shop(`fbq('track','PageView')`, 'data-consent="revoked"'))
    expect(recorder.events).toEqual([])
    expect(await context.cookies()).toEqual([])
    await page.evaluate(`fbq('consent','grant')`)
    await recorder.until((events) => events.length >= 1)
  })

  it('a dataset may choose that the refused time is not reported later', async () => {
    const { recorder, page } = fixture
    recorder.settings = { replay_revoked: false }
    await visit(shop(`fbq('consent','revoke'); fbq('track','PageView')`))
    await page.evaluate(`fbq('consent','grant'); fbq('track','Lead')`)
    await recorder.until((events) => events.length >= 1)
    await settled(page)
    expect(recorder.names()).toEqual(['Lead'])
  })

  it('what happened before a revoke is still sent', async () => {
    const { recorder, page } = fixture
    await visit(shop(''))
    await page.evaluate(`fbq('track','Lead'); fbq('consent','revoke'); fbq('track','Contact')`)
    await recorder.until((events) => events.length >= 1)
    await settled(page)
    expect(recorder.names()).toEqual(['Lead'])
  })

  it('what an earlier page could not send waits for consent as well', async () => {
    const { recorder, page } = fixture
    recorder.pages.set('/', { body: '<title>Earlier</title>' })
    await page.goto(recorder.url)
    await page.evaluate(() => {
      const event = { event_name: 'Lead', event_id: 'earlier', browser: {} }
      localStorage[`_t2.1${Date.now()}.0page`] = JSON.stringify([event, 1, 0])
    })
    await visit(shop('', 'data-consent="revoked"'), '/next')
    await settled(page)
    expect(recorder.events).toEqual([])
    await page.evaluate(`fbq('consent','grant')`)
    await recorder.until((events) => events.length >= 1)
    expect(recorder.events[0]?.event_id).toBe('earlier')
  })

  it('another word is a warning and changes nothing', async () => {
    const { recorder, page, warnings } = fixture
    await visit(shop(`fbq('consent','revoke')`))
    await page.evaluate(`fbq('consent','maybe'); fbq('track','Lead')`)
    await settled(page)
    expect(recorder.events).toEqual([])
    expect(warnings.join()).toContain('maybe')
  })
})

describe('the strings of a consent platform', () => {
  it('that the page passes on travel with every later event, beside the command', async () => {
    const { recorder, page } = fixture
    await visit(shop(`fbq('track','Lead')`))
    await recorder.until((events) => events.length >= 1)
    await page.evaluate(`fbq('set','consent',{tcf:'CP1',gpp:'DBAA'}); fbq('track','Contact')`)
    await recorder.until((events) => events.length >= 2)
    await page.evaluate(`fbq('consent','grant'); fbq('track','Search')`)
    await recorder.until((events) => events.length >= 3)
    expect(recorder.events.map(({ consent }) => consent)).toEqual([
      {},
      { tcf: 'CP1', gpp: 'DBAA' },
      { state: 'granted', signal: 'fbq', tcf: 'CP1', gpp: 'DBAA' },
    ])
  })

  /** The stub that a platform puts first on the page; `platform` answers whoever listens. */
  const PLATFORM = `<script>
    platform = { tcf: [], gpp: [] }
    __tcfapi = (command, version, heard) =>
      command === 'addEventListener' && version === 2 && platform.tcf.push(heard)
    __gpp = (command, heard) => command === 'addEventListener' && platform.gpp.push(heard)
  </script>`
  const said = (strings: object): string => `
    platform.tcf.forEach((heard) => heard(${JSON.stringify(strings)}, true));
    fbq('track','Lead')`

  it('are read from the platform, but not while its question is on the screen', async () => {
    const { recorder, page } = fixture
    await visit(PLATFORM + shop(`fbq('track','Lead')`))
    await recorder.until((events) => events.length >= 1)
    await page.evaluate(said({ eventStatus: 'cmpuishown', tcString: 'CP0' }))
    await recorder.until((events) => events.length >= 2)
    await page.evaluate(said({ eventStatus: 'useractioncomplete', tcString: 'CP1' }))
    await recorder.until((events) => events.length >= 3)
    await page.evaluate(said({ eventStatus: 'tcloaded', tcString: 'CP2' }))
    await recorder.until((events) => events.length >= 4)
    const strings = recorder.events.map(({ consent }) => consent?.tcf)
    expect(strings).toEqual([undefined, undefined, 'CP1', 'CP2'])
  })

  it('of GPP as soon as the platform says they are ready, beside those of TCF', async () => {
    const { recorder, page } = fixture
    await visit(PLATFORM + shop(''))
    const gpp = (signalStatus: string, gppString: string): string => `
      platform.gpp.forEach((heard) => heard({
        eventName: 'signalStatus', pingData: { signalStatus: '${signalStatus}', gppString: '${gppString}' },
      }, true))`
    await page.evaluate(`${gpp('not ready', 'DBAA')}; fbq('track','Lead')`)
    await recorder.until((events) => events.length >= 1)
    await page.evaluate(`${gpp('ready', 'DBABTA')}; fbq('track','Lead')`)
    await recorder.until((events) => events.length >= 2)
    await page.evaluate(said({ eventStatus: 'tcloaded', tcString: 'CP1' }))
    await recorder.until((events) => events.length >= 3)
    expect(recorder.events.map(({ consent }) => consent)).toEqual([
      {},
      { gpp: 'DBABTA' },
      { gpp: 'DBABTA', tcf: 'CP1' },
    ])
  })

  it('a platform that throws or answers nonsense costs no event', async () => {
    const { recorder, page } = fixture
    const broken = `<script>__tcfapi = () => { throw Error('platform') }; __gpp = 1</script>`
    await visit(broken + shop(`fbq('track','Lead')`))
    await recorder.until((events) => events.length >= 1)
    expect(recorder.events[0]?.consent).toEqual({})
    expect(await page.evaluate('typeof fbq')).toBe('function')
  })
})

describe('data processing options', () => {
  const CASES: readonly [calls: string, options: object][] = [
    [`fbq('dataProcessingOptions',['LDU'])`, { data_processing_options: ['LDU'] }],
    [
      `fbq('dataProcessingOptions',['LDU'],1,1000)`,
      {
        data_processing_options: ['LDU'],
        data_processing_options_country: 1,
        data_processing_options_state: 1000,
      },
    ],
    [`fbq('dataProcessingOptions',[])`, { data_processing_options: [] }],
  ]
  it.each(CASES)('%s', async (calls, options) => {
    const { recorder } = fixture
    await visit(shop(`${calls}; fbq('track','Lead')`))
    await recorder.until((events) => events.length >= 1)
    expect(recorder.events[0]).toMatchObject(options)
  })
})

describe('Global Privacy Control', () => {
  async function visitWithControl(gpc: 'ignore' | 'limit' | 'block', calls = ''): Promise<void> {
    fixture.recorder.settings = { gpc }
    await fixture.page.addInitScript(() => {
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })
    })
    await visit(shop(`${calls} fbq('track','Lead')`))
  }

  it('limit: sent as limited data use, whatever the page forgot', async () => {
    await visitWithControl('limit')
    await fixture.recorder.until((events) => events.length >= 1)
    expect(fixture.recorder.events[0]).toMatchObject({
      data_processing_options: ['LDU'],
      data_processing_options_country: 0,
      data_processing_options_state: 0,
    })
  })

  it('limit: an option that the page chose stands; switching it off does not', async () => {
    await visitWithControl('limit', `fbq('dataProcessingOptions',['LDU'],1,1000);`)
    await fixture.recorder.until((events) => events.length >= 1)
    expect(fixture.recorder.events[0]?.data_processing_options_state).toBe(1000)
    await fixture.page.evaluate(`fbq('dataProcessingOptions',[]); fbq('track','Contact')`)
    await fixture.recorder.until((events) => events.length >= 2)
    expect(fixture.recorder.events[1]?.data_processing_options).toEqual(['LDU'])
  })

  it('ignore: sent as it is', async () => {
    await visitWithControl('ignore')
    await fixture.recorder.until((events) => events.length >= 1)
    expect(fixture.recorder.events[0]?.data_processing_options).toBeUndefined()
  })

  it('block: neither sent nor stored, and no cookie', async () => {
    await visitWithControl('block')
    await settled(fixture.page)
    expect(fixture.recorder.events).toEqual([])
    expect(await fixture.context.cookies()).toEqual([])
    expect(await stored()).toBe(0)
  })

  it('without it, no dataset limits anything', async () => {
    fixture.recorder.settings = { gpc: 'block' }
    await visit(shop(`fbq('track','Lead')`))
    await fixture.recorder.until((events) => events.length >= 1)
    expect(fixture.recorder.events[0]?.dataset_id).toBe(DATASET)
  })
})
