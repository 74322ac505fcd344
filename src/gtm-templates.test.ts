/**
 * The templates for Google Tag Manager: each is a file that its editor can import, asks for the
 * permissions that it uses and no more, stays inside the sandbox's language, and passes its own tests.
 */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pureApis } from '../test/gtm/pure-apis.ts'
import { runCode } from '../test/gtm/sandbox.ts'
import { readCode } from '../test/gtm/sandbox-code.ts'
import { ASSERTIONS, runScenario, TEST_GLOBALS } from '../test/gtm/scenarios.ts'
import { SERVER_NEEDS, serverApis } from '../test/gtm/server-apis.ts'
import { everyParameter, readTemplate, type TemplateFile } from '../test/gtm/template-file.ts'
import { WEB_NEEDS, webApis } from '../test/gtm/web-apis.ts'
import { GTM_TEMPLATES, type GtmTemplate } from './gtm-templates.ts'
import { openIntegrations } from './integrations.ts'

const root = join(import.meta.dirname, '..')
const ORIGIN = 'https://events.shop.example'
const place = { origin: ORIGIN, datasetId: '1001', connections: [] }
const files = openIntegrations(join(root, 'integrations'))
  .list(place)
  .find(({ name }) => name === 'gtm')?.files

const textOf = (template: GtmTemplate): string =>
  files?.find(({ name }) => name === `twofold-${template}.tpl`)?.text ?? ''
const templates = Object.fromEntries(
  GTM_TEMPLATES.map((name) => [name, readTemplate(textOf(name))]),
) as Record<GtmTemplate, TemplateFile>

const keysOf = (code: string, api: string): readonly string[] =>
  [...code.matchAll(new RegExp(`\\b${api}\\('([^']+)'`, 'g'))].map(([, key = '']) => key)

const needsOf = ({ info }: TemplateFile): Readonly<Record<string, string>> =>
  info.containerContexts[0] === 'WEB' ? WEB_NEEDS : SERVER_NEEDS

describe.each(GTM_TEMPLATES)('the template %s', (name) => {
  const template = templates[name]
  const promises = name === 'server'
  const reading = readCode(template.code, { promises })

  it('is filled in: nothing is left open, and it has no secret', () => {
    expect(textOf(name)).not.toMatch(/(?<!_)__(?!DOT__)[A-Z]+(_[A-Z]+)*__(?!_)/)
    expect(template.info).toMatchObject({ id: 'cvt_temp_public_id', securityGroups: [] })
    const token = everyParameter(template.parameters).find((one) => one.name === 'token')
    expect(token?.defaultValue).toBeUndefined()
  })

  it('stays inside the language of the sandbox', () => {
    expect(reading.refused).toEqual([])
    expect(new Set(reading.required).size).toBe(reading.required.length)
  })

  it('requires only what there is, and has the permissions that it uses and no more', () => {
    const pure = Object.keys(pureApis({ nowMs: () => 0, random: () => 0 }))
    const needs = needsOf(template)
    const others = ['computeEffectiveTldPlusOne', 'sha256Sync']
    const known = [...pure, ...Object.keys(needs), ...(promises ? others : [])]
    expect(reading.required.filter((api) => !known.includes(api))).toEqual([])
    const used = new Set(reading.required.flatMap((api) => needs[api] ?? []))
    expect(Object.keys(template.permissions).sort()).toEqual([...used].sort())
  })

  it('names in its permissions the very keys that its code names', () => {
    const { access_globals, read_data_layer } = template.permissions
    const globals = ['copyFromWindow', 'setInWindow', 'callInWindow', 'createArgumentsQueue']
    const granted = (access_globals?.keys ?? []) as { key: string }[]
    // What a queue is made of stands in its second place.
    const queues = template.code.match(/(?<=createArgumentsQueue\('\w+', ')[\w.]+/g) ?? []
    const used = [...globals.flatMap((api) => keysOf(template.code, api)), ...queues]
    expect(granted.map(({ key }) => key).sort()).toEqual([...new Set(used)].sort())
    const layer = (read_data_layer?.keyPatterns ?? []) as string[]
    const read = keysOf(template.code, 'copyFromDataLayer')
    expect([...layer].sort()).toEqual([...new Set(read)].sort())
  })

  it('uses every API that it requires', () => {
    const unused = reading.required.filter(
      (api) => (template.code.match(new RegExp(`\\b${api}\\b`, 'g')) ?? []).length < 3,
    )
    expect(unused).toEqual([])
  })

  it('reads the fields that it has, and every condition names one', () => {
    const parameters = everyParameter(template.parameters)
    const names = parameters.map((one) => one.name)
    expect(new Set(names).size).toBe(names.length)
    const asked = parameters.filter(({ type }) => type !== 'GROUP').map((one) => one.name)
    const ended = ['gtmOnSuccess', 'gtmOnFailure']
    expect(reading.fields.filter((field) => !ended.includes(field)).sort()).toEqual(asked.sort())
    for (const { enablingConditions = [], valueValidators = [], ...one } of parameters) {
      for (const { paramName } of enablingConditions) expect(names).toContain(paramName)
      for (const { args = [] } of valueValidators) for (const arg of args) new RegExp(arg)
      const choices = [...(one.radioItems ?? []), ...(one.selectItems ?? [])]
      if (choices.length > 0) expect(choices.map(({ value }) => value)).toContain(one.defaultValue)
    }
  })

  it('has tests in the language of the sandbox', () => {
    for (const { code } of template.scenarios) {
      const options = { promises, globals: TEST_GLOBALS, methods: ASSERTIONS }
      expect(readCode(`${template.setup}\n${code}`, options).refused).toEqual([])
    }
  })

  it.each(template.scenarios.map((scenario) => [scenario.name, scenario] as const))(
    'test: %s',
    (_, scenario) => runScenario(template, scenario),
  )
})

describe('what the sandbox refuses', () => {
  it.each([
    ['new', 'const a = new Thing();'],
    ['this', 'const a = () => this.b;'],
    ['a regular expression', "'a'.match(/a/);"],
    ['a global of the page', 'window.fbq();'],
    ['a global of the language', 'const a = String(1);'],
    ['a template text', 'const a = `x`;'],
    ['spread', 'const a = [1].concat(...[2]);'],
    ['destructuring', 'const a = (b) => { const { c } = b; return c; };'],
    ['a default', 'const a = (b = 1) => b;'],
    ['for-of', 'for (const a of [1]) {}'],
    ['optional chaining', 'data.a?.b;'],
    ['a method that is not there', "'a'.startsWith('a');"],
    ['try', 'try {} catch (e) {}'],
    ['async', 'const a = async () => {};'],
  ])('%s', (_, code) => {
    expect(readCode(code, { promises: false }).refused).not.toEqual([])
  })

  it('an address, a global, a cookie or a key that no permission names', () => {
    const { web, server } = templates
    const page = { window: {}, dataLayer: [], storage: new Map(), scripts: new Map() }
    const apis = webApis(
      {
        ...page,
        addScript: () => {},
        isGranted: () => true,
        onConsent: () => {},
        log: () => {},
      },
      web.permissions,
    ) as Record<string, (...values: unknown[]) => unknown>
    const load = (url: string) => () => apis.injectScript?.(url)
    expect(load('https://connect.facebook.net/p.js')).toThrow('inject_script')
    expect(load(`${ORIGIN}.evil.example/p.js`)).toThrow('inject_script')
    expect(() => apis.copyFromWindow?.('document')).toThrow('access_globals')
    expect(() => apis.copyFromDataLayer?.('userId')).toThrow('read_data_layer')
    const request = { eventData: {}, cookies: {}, setCookies: new Map(), log: () => {} }
    const ofServer = serverApis(request, server.permissions) as typeof apis
    expect(() => ofServer.setCookie?.('session', 'x')).toThrow('set_cookies')
    return expect(ofServer.sendHttpRequest?.('https://other.example/')).rejects.toThrow('send_http')
  })
})

describe('ids and digests are those of the rest', () => {
  const fixture = <T>(file: string): readonly T[] =>
    (JSON.parse(readFileSync(join(root, 'conformance', file), 'utf8')) as { cases: T[] }).cases
  const orders = fixture<{ action: string; parts: unknown[]; id: string }>('ids.json').filter(
    ({ action, parts }) => action.trim().toLowerCase() === 'purchase' && parts.length === 1,
  )
  const pure = pureApis({ nowMs: () => 1_772_463_600_000, random: () => 0 })

  it.each(orders.map(({ parts, id }) => [parts[0], id] as const))(
    'in the page the id of order %j is %s',
    (order, id) => {
      const apis = {
        ...pure,
        copyFromDataLayer: (key: string) =>
          key === 'event' ? 'purchase' : key === 'ecommerce' ? { transaction_id: order } : 5,
        templateStorage: { getItem: () => 'page', setItem: () => {} },
      }
      const { value } = runCode(templates['event-id'].code, {}, apis)
      // A digest takes time, which a page has not: such a sale is joined by its order number.
      expect(value).toBe(id === '' || id.includes('=') ? 'page.5' : id)
    },
  )

  /** The event that the server tag sends for what came in. */
  function sentFor(eventData: object, fields: object): SentEvent {
    const request = { eventData: { ...eventData }, cookies: {}, setCookies: new Map(), log() {} }
    const sent: SentEvent[] = []
    const apis = {
      ...pure,
      ...serverApis(request, templates.server.permissions),
      sendHttpRequest: (_url: string, _options: object, body: string) => {
        sent.push(...(JSON.parse(body) as { data: SentEvent[] }).data)
        // Never answered: what is asked here is only what was sent.
        return new Promise(() => {})
      },
    }
    const data = { datasetId: '1001', token: 't', eventType: 'ga4', hash: true, ...fields }
    runCode(templates.server.code, data, apis)
    return sent[0] as SentEvent
  }

  it.each([
    [' ', undefined],
    [[], undefined],
    [true, true],
    ['30.50', 30.5],
    ['30,50', '30,50'],
    [0, 0],
  ])('a value of %j is %j: no money is made of nothing', (value, expected) => {
    const event = { event_name: 'purchase', transaction_id: '1', value, currency: 'EUR' }
    const { custom_data } = sentFor(event, {}) as { custom_data?: { value?: unknown } }
    expect(custom_data?.value).toBe(expected)
  })

  it('several hashed addresses of one person are all sent, and nothing that is no hash', () => {
    const [one, two] = [hash('sha256', 'a@shop.test'), hash('sha256', 'b@shop.test')]
    const user_data = { sha256_email_address: [one, 'YmFzZTY0', two] }
    expect(sentFor({ event_name: 'page_view', user_data }, {}).user_data.em).toEqual([one, two])
  })

  it.each(orders.map(({ parts, id }) => [parts[0], id] as const))(
    'in the server container the id of order %j is %s',
    (order, id) => {
      const event = { event_name: 'purchase', transaction_id: order }
      expect(sentFor(event, {}).event_id ?? '').toBe(id)
    },
  )

  const values = fixture<HashCase>('normalise.json').filter(
    ({ key, input, unchanged }) =>
      KEYS.includes(key) && !unchanged && !NEEDS_TABLES.includes(key) && !BEYOND.test(input),
  )
  it.each(values.map((one) => [one.key, one.input, one] as const))(
    'in the server container %s %j is hashed as everywhere',
    (key, input, { documented, calling_code }) => {
      const event = { event_name: 'sign_up', [`x-fb-ud-${key}`]: input }
      const digest = documented === null ? [] : [hash('sha256', documented)]
      const fields = calling_code ? { callingCode: calling_code } : {}
      expect(sentFor(event, fields).user_data[key] ?? []).toEqual(digest)
    },
  )
})

interface SentEvent {
  readonly event_id?: string
  readonly user_data: Readonly<Record<string, unknown>>
}

interface HashCase {
  readonly key: string
  readonly input: string
  readonly calling_code?: string
  readonly documented: string | null
  readonly unchanged?: string
}

const KEYS = 'em ph fn ln db ct zp external_id'.split(' ')
/** Words for states, countries and genders: hashed as they stand, Twofold knows these digests. */
const NEEDS_TABLES = ['st', 'country', 'ge']
/** Emoji are no letters, which the sandbox has no way to tell. */
const BEYOND = /\p{Extended_Pictographic}/u
