/** Alerts as people get them: a real mail server, a webhook that checks the signature, a restart. */
import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { alertsSchema } from '../../src/api/alerts-schemas.ts'
import type { AlertsAnswer, AlertTest } from '../../src/api/types.ts'
import {
  ALERT_GATHER_MS,
  ALERT_RETRY_FIRST_MS,
  ALERT_RETRY_MS_MAX,
  ALERT_TESTS_PER_HOUR_MAX,
} from '../../src/diagnostic-limits.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type ApiBench, apiBench, event, NOW_MS } from './api-bench.ts'

const SECRET = `whsec_${randomBytes(24).toString('base64')}`
const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function mailServer(): Promise<{ port: number; mails: string[]; logins: string[] }> {
  const mails: string[] = []
  const logins: string[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) => {
      logins.push(`${username}:${password}`)
      if (password === 'right') done(null, { user: username })
      else done(new Error('wrong password'))
    },
    onData: (stream, _session, done) => {
      let text = ''
      stream.on('data', (chunk: Buffer) => {
        text += chunk
      })
      stream.on('end', () => {
        mails.push(text)
        done()
      })
    },
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  ends.push(() => new Promise<void>((closed) => server.close(() => closed())))
  return { port: (server.server.address() as AddressInfo).port, mails, logins }
}

async function receiver(): Promise<{
  url: string
  got: { headers: IncomingHttpHeaders; body: string }[]
}> {
  const got: { headers: IncomingHttpHeaders; body: string }[] = []
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk
    })
    request.on('end', () => {
      got.push({ headers: request.headers, body })
      response.end()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  ends.push(() => new Promise<void>((closed) => server.close(() => closed())))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret-path`, got }
}

function isSigned({ headers, body }: { headers: IncomingHttpHeaders; body: string }): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
  return signature === `v1,${expected}`
}

const smtpAt = (port: number, password = 'right') => ({
  ...{ host: '127.0.0.1', port, user: 'shop', password },
  ...{ from: 'Twofold <alerts@shop.example>', security: 'none' as const },
})

async function withMail(port: number, password = 'right'): Promise<TestServer> {
  const server = await startTwofold({ smtp: smtpAt(port, password), logLevel: 'silent' })
  ends.push(() => server.close())
  return server
}

/** Sales without a currency: a fault that is told at once. */
const unpriced = (n: number) =>
  Array.from({ length: n }, (_, index) =>
    event({ event_id: `s${index}`, custom_data: { value: 20, order_id: `o${index}` } }),
  )

/** The path of the alerts of a new dataset with a webhook of its own. */
async function hooked({ send }: ApiBench, name: string): Promise<string> {
  const { dataset_id } = (await send('POST', '/api/datasets', { name })).json()
  const path = `/api/datasets/${dataset_id}/alerts`
  await send('PUT', path, { webhook_url: `https://${name}.shop.com/hook` })
  return path
}

describe('a test', () => {
  it('arrives by e-mail, each with one of their own, and at the webhook, signed', async () => {
    const { port, mails, logins } = await mailServer()
    const hook = await receiver()
    const server = await withMail(port)
    const { dataset_id } = await server.createDataset({ name: 'Shop\r\nBcc: x@y.example' })
    const path = `/api/datasets/${dataset_id}/alerts`
    const set = await server.api<AlertsAnswer>('PUT', path, {
      emails: ['ann@shop.example', 'bo@shop.example'],
      webhook_url: hook.url,
      webhook_secret: SECRET,
    })
    expect(alertsSchema.strict().parse(set)).toMatchObject({ own: true, mail: true })
    const { sent } = await server.api<AlertTest>('POST', `${path}/test`)
    expect(sent.map(({ channel, error }) => [channel, error])).toEqual([
      ['email', null],
      ['webhook', null],
    ])
    expect(logins[0]).toBe('shop:right')
    expect(mails.map((mail) => /^To: (.*)$/m.exec(mail)?.[1]?.trim())).toEqual([
      'ann@shop.example',
      'bo@shop.example',
    ])
    expect(mails[0]).toMatch(/^From: Twofold <alerts@shop\.example>/m)
    expect(mails[0]).not.toMatch(/^Bcc/m)
    expect(hook.got.map(isSigned)).toEqual([true])
    expect(JSON.parse(hook.got[0]?.body ?? '')).toMatchObject({ type: 'diagnostics.test' })
    const { history } = await server.api<AlertsAnswer>('GET', path)
    expect(history).toHaveLength(2)
  })

  it('says in plain words what did not work, and never the password', async () => {
    const { port } = await mailServer()
    const server = await withMail(port, 'wrong-secret')
    const { dataset_id } = await server.createDataset()
    const path = `/api/datasets/${dataset_id}/alerts`
    await expect(server.api('POST', `${path}/test`)).rejects.toThrow('Save an e-mail address')
    await server.api('PUT', path, { emails: ['ann@shop.example'] })
    const { sent } = await server.api<AlertTest>('POST', `${path}/test`)
    expect(sent[0]?.error).toContain('127.0.0.1 did not take it')
    expect(JSON.stringify(sent)).not.toContain('wrong-secret')
    // Nobody's mailbox is any fuller: who sets the mail server up may try as often as it takes.
    for (let n = 0; n <= ALERT_TESTS_PER_HOUR_MAX; n += 1) await server.api('POST', `${path}/test`)
  })
})

describe('many messages', () => {
  it('of tests are refused beyond the bound of an hour, which is each dataset’s own', async () => {
    let got = 0
    const bench = await apiBench({
      fetch: async () => {
        got += 1
        return new Response('')
      },
    })
    const [path, other] = await Promise.all(['S', 'T'].map((name) => hooked(bench, name)))
    const codes = []
    for (let n = 0; n <= ALERT_TESTS_PER_HOUR_MAX; n += 1) {
      codes.push((await bench.send('POST', `${path}/test`)).statusCode)
    }
    expect(codes).toEqual([...Array(ALERT_TESTS_PER_HOUR_MAX).fill(200), 429])
    const refused = (await bench.send('POST', `${path}/test`)).json()
    expect(refused.error.code).toBe('too_many_tests')
    expect(got).toBe(ALERT_TESTS_PER_HOUR_MAX)
    expect((await bench.send('POST', `${other}/test`)).statusCode).toBe(200)
    bench.clock.ms += 3_600_000
    expect((await bench.send('POST', `${path}/test`)).statusCode).toBe(200)
  })

  it('that one webhook is slow to take hold up nobody else, and a round is not doubled', async () => {
    const told: string[] = []
    let answer = (_: Response): void => undefined
    const slow = new Promise<Response>((resolve) => {
      answer = resolve
    })
    const bench = await apiBench({
      fetch: (async (url: string) => {
        told.push(new URL(url).hostname)
        return url.includes('slow') ? slow : new Response('')
      }) as typeof fetch,
    })
    const paths = []
    for (const name of ['slow', 'quick']) paths.push(await hooked(bench, name))
    const { alerts } = bench.watching
    for (const path of paths) {
      const id = path.split('/')[3] ?? ''
      await bench.deliver(id, 'server', unpriced(40))
      await bench.send('POST', `/api/datasets/${id}/diagnostics/look`, {})
    }
    bench.clock.ms += ALERT_GATHER_MS
    const round = alerts.tick()
    await vi.waitFor(() => expect(told).toContain('quick.shop.com'))
    void alerts.tick()
    expect((await bench.send('POST', `${paths[1]}/test`)).statusCode).toBe(200)
    answer(new Response(''))
    await round
    expect(told.toSorted()).toEqual(['quick.shop.com', 'quick.shop.com', 'slow.shop.com'])
  })
})

describe('an alert that one channel took', () => {
  it('comes to the other once that is up again, under its id, and to nobody twice', async () => {
    const { port, mails } = await mailServer()
    const tries: [string, number][] = []
    let status = 503
    const bench = await apiBench({
      smtp: smtpAt(port),
      fetch: (async (_url: string, { headers }: { headers: Record<string, string> }) => {
        tries.push([headers['webhook-id'] ?? '', status])
        return new Response('', { status })
      }) as unknown as typeof fetch,
    })
    const path = await hooked(bench, 'down')
    await bench.send('PUT', path, { emails: ['ann@shop.example'] })
    const id = path.split('/')[3] ?? ''
    await bench.deliver(id, 'server', unpriced(40))
    await bench.send('POST', `/api/datasets/${id}/diagnostics/look`, {})
    const { alerts } = bench.watching
    bench.clock.ms += ALERT_GATHER_MS
    await alerts.tick()
    await alerts.tick()
    expect([mails.length, tries.length]).toEqual([1, 1])
    bench.clock.ms += ALERT_RETRY_FIRST_MS
    await alerts.tick()
    status = 200
    bench.clock.ms += 2 * ALERT_RETRY_FIRST_MS
    await alerts.tick()
    bench.clock.ms += ALERT_RETRY_MS_MAX
    await alerts.tick()
    const [[name] = ['']] = tries
    expect(tries).toEqual([503, 503, 200].map((one) => [name, one]))
    expect(mails).toHaveLength(1)
    const { history } = (await bench.get(path)).json<AlertsAnswer>()
    expect(history.map(({ channel, error }) => [channel, error === null])).toEqual([
      ['webhook', true],
      ['webhook', false],
      ['email', true],
      ['webhook', false],
    ])
  })
})

describe('settings', () => {
  it('hide the secrets, keep them when they come back masked, and name a wrong field', async () => {
    const bench = await apiBench()
    const { dataset_id: id } = (await bench.send('POST', '/api/datasets', { name: 'S' })).json()
    const path = `/api/datasets/${id}/alerts`
    const url = 'https://hooks.shop.com/very/secret'
    await bench.send('PUT', path, { webhook_url: url, webhook_secret: SECRET })
    const shown = await bench.get(path)
    expect(shown.json().settings.webhook_url).toBe('https://hooks.shop.com/••••')
    expect(shown.body).not.toContain('very/secret')
    expect(shown.body).not.toContain(SECRET)
    const stored = JSON.stringify(await bench.store.getSettings('alert_settings'))
    expect(stored).not.toContain('very/secret')
    expect(stored).not.toContain(SECRET)
    const { settings } = shown.json()
    await bench.send('PUT', path, { ...settings, digest_hour: 5 })
    const kept = bench.watching.alerts.settings({ on: 'dataset', id }).settings
    expect(kept).toMatchObject({ webhook_url: url, webhook_secret: SECRET, digest_hour: 5 })
    const wrong = await bench.send('PUT', path, { emails: ['nobody'] })
    expect([wrong.statusCode, wrong.json().error.detail]).toEqual([
      400,
      expect.stringContaining('emails.0'),
    ])
    const noCheck = await bench.send('PUT', path, { rules: { nonsense: 'now' } })
    expect(noCheck.json().error.detail).toContain('rules.nonsense')
  })

  it('never take the secret of one webhook along to another server', async () => {
    const bench = await apiBench()
    const { send } = bench
    const { dataset_id: id } = (await send('POST', '/api/datasets', { name: 'S' })).json()
    const business = bench.access.businessOf(id) ?? ''
    const ours = { webhook_url: 'https://hooks.shop.com/a', webhook_secret: SECRET }
    await send('PUT', `/api/businesses/${business}/alerts`, ours)
    const other = 'https://elsewhere.example/a'
    const own = `whsec_${randomBytes(24).toString('base64')}`
    const cases: [object, number][] = [
      [{ webhook_url: other }, 400],
      [{ webhook_url: other, webhook_secret: '•••• abcd' }, 400],
      [{ webhook_url: 'http://hooks.shop.com/a' }, 400],
      [{ webhook_url: 'https://hooks.shop.com/b' }, 200],
      // Taken away and set again: the secret is not carried over that way either.
      [{ webhook_url: '' }, 200],
      [{ webhook_url: other }, 400],
      [{ webhook_url: other, webhook_secret: own }, 200],
      [{ webhook_url: 'https://third.example/', webhook_secret: '' }, 200],
      [{ webhook_url: other }, 200],
    ]
    for (const [body, status] of cases) {
      const answer = await send('PUT', `/api/datasets/${id}/alerts`, body)
      expect([body, answer.statusCode]).toEqual([body, status])
      if (status === 400) expect(answer.json().error.detail).toContain('enter webhook_secret')
    }
  })

  it('of a business apply to its datasets until one has its own', async () => {
    const bench = await apiBench()
    const { dataset_id: id } = (await bench.send('POST', '/api/datasets', { name: 'S' })).json()
    const business = bench.access.businessOf(id) ?? ''
    await bench.send('PUT', `/api/businesses/${business}/alerts`, { emails: ['all@shop.com'] })
    const path = `/api/datasets/${id}/alerts`
    expect((await bench.get(path)).json()).toMatchObject({
      own: false,
      settings: { emails: ['all@shop.com'] },
    })
    await bench.send('PUT', path, { emails: ['one@shop.com'] })
    expect((await bench.get(path)).json()).toMatchObject({
      own: true,
      settings: { emails: ['one@shop.com'] },
    })
    await bench.send('DELETE', path)
    expect((await bench.get(path)).json().settings.emails).toEqual(['all@shop.com'])
  })

  it('of a business end with it, and stay where it may not end yet', async () => {
    const bench = await apiBench()
    const { send } = bench
    const { dataset_id } = (await send('POST', '/api/datasets', { name: 'S' })).json()
    const business = bench.access.businessOf(dataset_id) ?? ''
    const path = `/api/businesses/${business}`
    await send('PUT', `${path}/alerts`, { emails: ['all@shop.com'] })
    await send('POST', '/api/businesses', { name: 'Another' })
    const kept = async () => (await bench.store.getSettings('alert_settings')).length
    expect((await send('DELETE', path)).statusCode).toBe(409)
    expect(await kept()).toBe(1)
    await send('DELETE', `/api/datasets/${dataset_id}`)
    expect((await send('DELETE', path)).statusCode).toBe(204)
    expect(await kept()).toBe(0)
  })
})

it('a fault is told once, with numbers and the fix, and its end in the digest', async () => {
  const got: { type: string; data: { opened: { code: string }[]; resolved: unknown[] } }[] = []
  const take = (async (_url: string, { body }: { body: string }) => {
    got.push(JSON.parse(body))
    return new Response('')
  }) as unknown as typeof fetch
  const bench = await apiBench({ fetch: take, publicUrl: 'https://data.shop.com' })
  const { dataset_id: id } = (await bench.send('POST', '/api/datasets', { name: 'S' })).json()
  await bench.send('PUT', `/api/datasets/${id}/alerts`, { webhook_url: 'https://hooks.shop.com' })
  const { alerts } = bench.watching
  const look = () => bench.send('POST', `/api/datasets/${id}/diagnostics/look`, {})
  await alerts.tick()
  await bench.deliver(id, 'server', unpriced(40))
  await look()
  await alerts.tick()
  expect(got).toEqual([])
  bench.clock.ms += ALERT_GATHER_MS
  await look()
  await alerts.tick()
  await alerts.tick()
  expect(got.map(({ type }) => type)).toEqual(['diagnostics.alert'])
  expect(got[0]?.data.opened.map(({ code }) => code)).toContain('missing_currency')
  expect(got[0]?.data).toMatchObject({
    link: `https://data.shop.com/datasets/${id}/diagnostics`,
  })
  bench.clock.ms = NOW_MS + 8 * 86_400_000
  await look()
  await alerts.tick()
  expect(got.map(({ type }) => type)).toEqual(['diagnostics.alert', 'diagnostics.digest'])
  expect(got[1]?.data.resolved.length).toBeGreaterThan(0)
})
