import { hash } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTwofold } from './client.ts'
import { twofoldExpress } from './express.ts'
import { twofoldHono } from './hono.ts'
import { twofoldNext } from './next.ts'
import type { TwofoldOptions } from './options.ts'
import type { TwofoldProblem } from './problem.ts'

const WHERE = { url: 'https://events.shop.test/', dataset: '581', token: 'T0KEN' }

interface Sent {
  readonly url: string
  readonly init: RequestInit
  readonly body: { readonly data: Record<string, unknown>[]; readonly test_event_code?: string }
}

function rig(options: Partial<TwofoldOptions> = {}) {
  const sent: Sent[] = []
  const problems: TwofoldProblem[] = []
  const twofold = createTwofold({
    ...WHERE,
    onError: (problem) => void problems.push(problem),
    fetch: async (url, init) => {
      const body = JSON.parse(String(init.body)) as Sent['body']
      sent.push({ url, init, body })
      return Response.json({ events_received: body.data.length, messages: [] })
    },
    ...options,
  })
  return { twofold, sent, problems }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('options', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'options must be an object'],
    ['no address', { ...WHERE, url: '' }, 'url must be the address of a server'],
    ['a name', { ...WHERE, url: 'events.shop.test' }, 'url must be the address'],
    ['another scheme', { ...WHERE, url: 'ftp://events.shop.test' }, 'url must be the address'],
    ['a token in the address', { ...WHERE, url: 'https://x:y@shop.test' }, 'url must be the'],
    ['no token', { ...WHERE, token: undefined }, 'token must be given; it is empty.'],
    ['an odd token', { ...WHERE, token: 'a\nb' }, 'token must be a token as Twofold gave it'],
    ['an odd dataset', { ...WHERE, dataset: 'shop' }, "dataset must be a dataset's id"],
    ['batches of none', { ...WHERE, batchEvents: 0 }, 'batchEvents must be a whole number'],
    ['a plus', { ...WHERE, callingCode: '+49' }, 'callingCode must be one to four digits'],
    ['a list of hops', { ...WHERE, ipHeader: 'X-Forwarded-For' }, 'set trustedProxies'],
    ['a dot', { ...WHERE, cookieDomain: '.shop.com' }, 'cookieDomain must be a domain'],
  ])('with %s are refused at once', (_, options, words) => {
    expect(() => createTwofold(options as TwofoldOptions)).toThrow(TypeError)
    expect(() => createTwofold(options as TwofoldOptions)).toThrow(words)
  })

  it('of an adapter are held to the same', () => {
    const twofold = createTwofold(WHERE)
    const options = { ipHeader: 'X-Forwarded-For' }
    for (const adapter of [twofoldExpress, twofoldHono, twofoldNext]) {
      expect(() => adapter(twofold, options)).toThrow('set trustedProxies')
    }
  })

  it('say nothing of what was in them', () => {
    const token = 'secret\ntoken'
    const thrown = (() => {
      try {
        createTwofold({ ...WHERE, token })
      } catch (error) {
        return String(error)
      }
    })()
    expect(thrown).not.toContain('secret')
  })
})

describe('track', () => {
  it('sends Meta’s server event to the dataset, the person hashed', async () => {
    const { twofold, sent, problems } = rig()
    const { eventId } = twofold.track(
      'Purchase',
      { value: 30.5, currency: 'EUR', order_id: 1001 },
      {
        user: { em: ' Jo@Shop.test ' },
        request: new Request('https://shop.test/thanks', {
          headers: { 'sec-fetch-dest': 'document', 'user-agent': 'Browser/1' },
        }),
        eventTime: new Date('2026-11-28T12:00:00Z'),
        testEventCode: 'TEST1',
        event: { data_processing_options: ['LDU'] },
      },
    )
    expect(eventId).toBe('purchase:1001')
    expect(await twofold.flush()).toEqual({ waiting: 0 })
    expect(sent).toHaveLength(1)
    const [{ url, init, body }] = sent as [Sent]
    expect(url).toBe('https://events.shop.test/capi/581/events')
    expect(init.headers).toMatchObject({ authorization: 'Bearer T0KEN' })
    expect(body).toEqual({
      data: [
        {
          event_name: 'Purchase',
          event_time: 1_795_867_200,
          event_id: 'purchase:1001',
          action_source: 'website',
          event_source_url: 'https://shop.test/thanks',
          user_data: {
            em: [hash('sha256', 'jo@shop.test')],
            client_user_agent: 'Browser/1',
          },
          custom_data: { value: 30.5, currency: 'EUR', order_id: 1001 },
          data_processing_options: ['LDU'],
        },
      ],
      test_event_code: 'TEST1',
    })
    expect(problems).toEqual([])
  })

  it('gives other events an id of their own, the one that was given, or a custom one', async () => {
    const { twofold, sent } = rig()
    const first = twofold.track('Lead')
    const second = twofold.track('Lead', { order_id: '1001' })
    const third = twofold.track('quote_sent', {}, { eventId: twofold.eventId('quote', 7) })
    expect(first.eventId).toMatch(/^[\da-f-]{36}$/)
    expect(second.eventId).not.toBe(first.eventId)
    expect(third.eventId).toBe('quote:7')
    expect(twofold.track('Lead', {}, { eventId: 42 as unknown as string }).eventId).toBe('42')
    await twofold.flush()
    const [{ body }] = sent as [Sent]
    expect(body.data.map(({ event_id }) => event_id)).toEqual([
      ...[first, second, third].map((tracked) => tracked.eventId),
      '42',
    ])
  })

  it('bound to a request, lets the call say otherwise', async () => {
    const { twofold, sent } = rig()
    const request = new Request('https://shop.test/', { headers: { 'sec-fetch-dest': 'document' } })
    const tracker = twofold.bind({ request, user: { external_id: '7' } })
    tracker.track('ViewContent')
    tracker.track(
      'Lead',
      {},
      { url: 'https://shop.test/contact', user: { external_id: undefined } },
    )
    await tracker.flush()
    const [{ body }] = sent as [Sent]
    expect(body.data.map(({ event_source_url }) => event_source_url)).toEqual([
      'https://shop.test/',
      'https://shop.test/contact',
    ])
  })

  const circle: Record<string, unknown> = {}
  circle.self = circle
  it.each<[string, unknown[], string]>([
    ['no name', [''], "the event's name"],
    ['an object for a name', [{ event_name: 'Lead' }], "the event's name"],
    ['a circle', ['Lead', circle], 'a circle'],
    ['a book', ['Lead', { text: 'x'.repeat(70_000) }], 'larger than 64 KB'],
    ['no time', ['Lead', {}, { eventTime: new Date('soon') }], 'eventTime must be'],
    ['milliseconds', ['Lead', {}, { eventTime: 1_795_867_200_000 }], 'not milliseconds'],
    ['nonsense', ['Lead', {}, { user: { em: { toString: null } } }], 'track()'],
  ])('never throws: %s', async (_, args, words) => {
    const { twofold, sent, problems } = rig()
    const track = twofold.track as (...args: unknown[]) => unknown
    expect(track(...args)).toEqual({ eventId: '' })
    expect(problems).toMatchObject([{ code: 'invalid_event', events: 1 }])
    expect(problems[0]?.message).toContain(words)
    await twofold.flush()
    expect(sent).toEqual([])
  })

  it('tells keys that are none, never what stood there', async () => {
    const { twofold, sent, problems } = rig()
    twofold.track('Lead', {}, { user: { email: 'jo@shop.test' } as object })
    await twofold.flush()
    expect(problems[0]?.message).toContain('not sent: email')
    expect(JSON.stringify([problems, sent[0]?.body])).not.toContain('jo@')
  })
})

describe('problems', () => {
  it('are one warning without a word of token or person, when nobody listens', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const fetch = async () => Response.json({ error: { message: 'no' } }, { status: 401 })
    const { twofold } = rig({ fetch })
    const silent = createTwofold({ ...WHERE, fetch })
    for (const one of [twofold, silent]) {
      one.track('Lead', {}, { user: { em: 'jo@shop.test' } })
      await one.flush()
      one.track('Lead')
      await one.flush()
    }
    expect(warn.mock.calls).toEqual([['twofold: The server refused 1 event: no']])
  })

  it('thrown by the listener itself go nowhere', async () => {
    const { twofold } = rig({
      onError: () => {
        throw new Error('mine')
      },
    })
    expect(twofold.track('')).toEqual({ eventId: '' })
  })
})

describe('waitUntil', () => {
  it('gets a promise that ends when the request’s events have arrived, in one request', async () => {
    const { twofold, sent } = rig()
    const work: Promise<unknown>[] = []
    const tracker = twofold.bind({ waitUntil: (promise) => void work.push(promise) })
    tracker.track('Lead')
    tracker.track('Contact')
    expect(work).toHaveLength(1)
    expect(sent).toEqual([])
    await Promise.all(work)
    expect(sent.map(({ body }) => body.data.length)).toEqual([2])
    tracker.track('Schedule')
    expect(await tracker.flush()).toEqual({ waiting: 0 })
    expect(sent).toHaveLength(2)
  })

  it('that complains does not stop the event', async () => {
    const { twofold, sent } = rig({
      waitUntil: () => {
        throw new Error('outside of a request')
      },
    })
    twofold.track('Lead')
    await twofold.bind({}).flush()
    await vi.waitFor(() => expect(sent).toHaveLength(1))
  })
})
