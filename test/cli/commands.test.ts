/** Every command that talks to a server, run as a program against the real server. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'
import { lineOf, type Result, spawnTwofold, twofold } from './twofold.ts'

let server: TestServer
let folder: string

beforeAll(async () => {
  server = await startTwofold()
  folder = mkdtempSync(join(tmpdir(), 'twofold-cli-'))
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const envOf = (): Record<string, string> => ({
  TWOFOLD_URL: server.url,
  TWOFOLD_ADMIN_TOKEN: server.adminToken,
})
const run = (...words: string[]): Promise<Result> => twofold(words, { env: envOf() })

async function json<T = Record<string, unknown>>(...words: string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...words, '--json')
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as T
}

const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('dataset', () => {
  it('create --json prints the id and the token, and they work', async () => {
    const made = await json<Record<string, string>>('dataset', 'create', '--name', 'Shop')
    expect(Object.keys(made)).toEqual(['dataset_id', 'access_token'])
    expect(made.dataset_id).toMatch(/^[1-9]\d{14}$/)
    const dataset = String(made.dataset_id)
    const sent = await json('send', '--dataset', dataset, '--token', String(made.access_token))
    expect(sent).toMatchObject({ sent: 1, received: 1, event_name: 'Purchase' })
  })

  it('takes settings as flags, shows, changes and deletes', async () => {
    const { dataset_id: id } = await json<Record<string, string>>(
      ...['dataset', 'create', '--name', 'Two', '--default-country', 'de', '--mode', 'meta'],
    )
    const show = ['dataset', 'show', String(id)]
    expect(await json(...show)).toMatchObject({ name: 'Two', default_country: 'DE', mode: 'meta' })
    const patch = [
      '--allowed-domains',
      'a.com,*.b.com',
      '--bots',
      'keep',
      '--auto-matching',
      'true',
    ]
    await json('dataset', 'update', String(id), ...patch, '--default-country', 'none')
    expect(await json(...show)).toMatchObject({
      name: 'Two',
      mode: 'meta',
      default_country: null,
      allowed_domains: ['a.com', '*.b.com'],
      bots: 'keep',
      auto_matching: true,
    })
    expect((await run(...show)).stdout).toContain('a.com, *.b.com')
    expect((await run('dataset', 'list')).stdout).toContain(String(id))
    const refused = await run('dataset', 'delete', String(id))
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--yes')])
    expect(await json('dataset', 'delete', String(id), '--yes')).toEqual({ deleted: id })
    expect((await run(...show)).code).toBe(1)
  })

  it.each([
    [['dataset', 'create'], 2, /--name/],
    [['dataset', 'create', '--name', 'x', '--mode', 'loose'], 2, /mode/],
    [['dataset', 'create', '--name', 'x', '--bots'], 2, /argument missing/],
    [['dataset', 'update', '1'], 2, /Nothing to change/],
    [['dataset', 'show', '1'], 1, /No such dataset/],
    [['dataset', 'show'], 2, /missing required argument/],
    [['dataset', 'show', '../tokens'], 1, /No such dataset|nothing at this address/],
  ])('%j ends with %i and says why', async (words, code, why) => {
    const result = await run(...words)
    expect([result.code, result.stdout]).toEqual([code, ''])
    expect(result.stderr).toMatch(why)
  })
})

describe('token', () => {
  it('is made, listed and revoked', async () => {
    const { dataset_id } = await server.createDataset()
    const made = await json<Record<string, string>>(
      ...['token', 'create', '--dataset', dataset_id, '--purpose', 'read', '--name', 'agency'],
    )
    const read = { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: String(made.token) }
    const list = () => twofold(['dataset', 'list', '--json'], { env: read })
    expect(JSON.parse((await list()).stdout).datasets).toMatchObject([{ dataset_id }])
    expect((await run('token', 'list')).stdout).toMatch(/agency/)
    const next = await json<Record<string, string>>(
      ...['token', 'rotate', String(made.id), '--overlap-hours', '1'],
    )
    expect(next).toMatchObject({ name: 'agency', purpose: 'read' })
    expect((await list()).code).toBe(0)
    await json('token', 'revoke', String(made.id))
    expect((await list()).code).toBe(77)
    const all = await json('token', 'create', '--all', '--purpose', 'read')
    expect(all).toMatchObject({ dataset_id: '*', purpose: 'read' })
  })
})

describe('send and events', () => {
  it('a sale sent twice is one event with two legs', async () => {
    const { dataset_id } = await server.createDataset()
    const at = ['--dataset', dataset_id]
    const sale = ['--event-name', 'Purchase', '--event-id', 'order-17', '--order-id', '17']
    const more = ['--value', '1234.5', '--currency', 'EUR', '--email', ' Ann@Example.com ']
    expect(await json('send', ...at, ...sale, ...more)).toMatchObject({ received: 1 })
    const again = await run('send', ...at, ...sale, ...more)
    expect(again.stdout).toContain('Received 1 event: Purchase with id order-17.')
    const log = await run('events', ...at, '--json', '--order-id', '17')
    const [event, ...others] = lines(log.stdout)
    expect(others).toEqual([])
    expect(event).toMatchObject({ matched_by: 'event_id', legs: [{}, { verdict: 'duplicate' }] })
    expect(log.stdout).not.toMatch(/ann@/i)
    const table = (await run('events', ...at)).stdout
    expect(table).toMatch(/Purchase +order-17 +1,234\.50 EUR +server \+ server +event_id/)
    expect((await run('events', ...at, '--event-id', 'none')).stdout).toContain('No such event')
    expect((await run('events', ...at, '--to', '1h')).stdout).toContain('No such event')
    expect((await run('events', ...at, '--from', 'soon')).code).toBe(2)
  })

  const event = (n: number): Record<string, unknown> => ({
    event_name: 'Lead',
    event_time: Math.floor(Date.now() / 1000),
    event_id: `lead-${n}`,
    action_source: 'system_generated',
    user_data: { external_id: 'a'.repeat(63) + (n % 10) },
  })
  const events = Array.from({ length: 2500 }, (_, n) => event(n))

  it.each([
    ['lines', events.map((one) => JSON.stringify(one)).join('\n')],
    ['lines with gaps and CRLF', events.map((one) => `${JSON.stringify(one)}\r\n\r\n`).join('')],
    ['a list', JSON.stringify(events)],
    ['a pretty list', JSON.stringify(events, null, 2)],
    ['a request', JSON.stringify({ data: events }, null, 2)],
  ])('takes a file with %s, in batches', async (_name, text) => {
    const { dataset_id } = await server.createDataset()
    const file = join(folder, 'events.json')
    writeFileSync(file, text)
    expect(await json('send', file, '--dataset', dataset_id)).toEqual({
      sent: 2500,
      received: 2500,
      messages: [],
    })
    const log = await run('events', '--dataset', dataset_id, '--json', '--limit', '2400')
    expect(new Set(lines(log.stdout).map(({ event_id }) => event_id)).size).toBe(2400)
  })

  it('takes stdin, and names the events that were refused by their place in it', async () => {
    const { dataset_id } = await server.createDataset()
    const input = [...events.slice(0, 1200), { event_name: 'No time' }]
      .map((one) => JSON.stringify(one))
      .join('\n')
    const words = ['send', '-', '--dataset', dataset_id, '--json']
    const { code, stdout, stderr } = await twofold(words, { env: envOf(), input })
    expect(code).toBe(1)
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ sent: 1201, received: 1200 })
    expect(result.messages[0]).toContain('data[1200]')
    expect(JSON.parse(stderr).error.code).toBe('events_refused')
  })

  it.each([
    [['send', '/no/such/file'], 2, /cannot be read \(ENOENT\)/],
    [['send', 'file', '--event-name', 'Lead'], 2, /not both/],
    [['send', '--value', 'ten'], 2, /--value is a number/],
    [['send', '--token', 'wrong'], 77, /access token/],
    [['send', '--dataset', '123'], 2, /123/],
    [['events', '--limit', '0'], 2, /--limit/],
    [['events', '--verdict', 'lost'], 2, /verdict/],
  ])('%j ends with %i and says why', async (words, code, why) => {
    const { dataset_id } = await server.createDataset()
    const named = words.includes('--dataset') ? words : [...words, '--dataset', dataset_id]
    const result = await run(...named)
    expect(result.stderr).toMatch(why)
    expect(result.code).toBe(code)
  })

  it('names the line that is not JSON', async () => {
    const { dataset_id } = await server.createDataset()
    const input = `${JSON.stringify(event(1))}\n{broken\n`
    const words = ['send', '-', '--dataset', dataset_id]
    const { code, stderr } = await twofold(words, { env: envOf(), input })
    expect([code, stderr]).toEqual([2, expect.stringContaining('Line 2 of stdin is not JSON')])
  })

  it('asks for the dataset where there are several', async () => {
    const result = await run('events')
    expect(result.code).toBe(2)
    expect(result.stderr).toContain('--dataset')
  })
})

describe('events --follow', () => {
  it('shows legs as they arrive and misses none over a restart of the server', async () => {
    const first = await startTwofold()
    const { dataset_id } = await first.createDataset()
    const env = { TWOFOLD_URL: first.url, TWOFOLD_ADMIN_TOKEN: first.adminToken }
    const at = ['--dataset', dataset_id]
    const send = (id: string): Promise<Result> =>
      twofold(['send', ...at, '--event-name', 'Lead', '--event-id', id], { env })
    const child = spawnTwofold(['events', '--follow', '--json', ...at], { env })
    try {
      await send('before')
      // Whatever was sent before it had connected is not its business: send until it shows one.
      const seen = lineOf(child, /"event_id":"probe/)
      let shown = false
      void seen.then(() => {
        shown = true
      })
      for (let n = 0; !shown; n++) await send(`probe-${n}`)
      expect(JSON.parse(await seen)).toMatchObject({ channel: 'server', verdict: 'accepted' })
      const afterwards = lineOf(child, /"event_id":"while-away"/)
      const port = Number(new URL(first.url).port)
      await first.running.close()
      const second = await startTwofold({ port, dataDir: first.dataDir })
      await send('while-away')
      expect(JSON.parse(await afterwards)).toMatchObject({ event_id: 'while-away' })
      await second.close()
    } finally {
      child.kill()
      rmSync(first.dataDir, { recursive: true, force: true })
    }
  })

  it('does not begin where it may not', async () => {
    const { dataset_id } = await server.createDataset()
    const env = { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: 'wrong-token' }
    const { code } = await twofold(['events', '--follow', '--dataset', dataset_id], { env })
    expect(code).toBe(77)
  })
})

describe('doctor', () => {
  it('shows the equation and that it holds', async () => {
    const { dataset_id } = await server.createDataset({ name: 'Doctor' })
    await json('send', '--dataset', dataset_id, '--event-id', 'a')
    await json('send', '--dataset', dataset_id, '--event-id', 'a')
    const equation = { received: 2, accepted: 1, duplicate: 1, dropped: 0, rejected: 0 }
    const words = ['doctor', '--deep', '--dataset', dataset_id]
    expect(await json(...words)).toMatchObject({
      ok: true,
      datasets: [{ ok: true, counters: equation, legs: equation }],
    })
    const { stdout } = await run('doctor', '--deep')
    expect(stdout).toMatch(/Doctor +\d+ +2 +1 +1 +0 +0 +2 +ok/)
    expect(stdout).toContain('received = accepted + duplicate + dropped + rejected holds.')
    expect((await run('doctor')).stdout).toContain('not read')
  })
})

describe('doctor, with a destination', () => {
  it('shows that no event lost its way there, and ends with 1 when one did', async () => {
    const { dataset_id } = await server.createDataset({ name: 'Sending' })
    await server.running.destinations.create(dataset_id, {
      ...{ type: 'meta', name: 'Nobody' },
      settings: { dataset_id: '1', access_token: 'EAAB', base_url: 'http://127.0.0.1:9' },
    })
    for (const id of ['a', 'b', 'c']) {
      await json('send', '--dataset', dataset_id, '--event-id', id)
    }
    const { code, stdout } = await run('doctor', '--dataset', dataset_id)
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/accepted since it is there = created \+ skipped holds/),
    ])
    // As a fault of the file would do it, behind the back of the server.
    const file = new DatabaseSync(join(server.dataDir, 'twofold.db'))
    file.exec("INSERT INTO skips SELECT no, 'lost', 4 FROM destinations")
    file.close()
    const broken = await run('doctor', '--dataset', dataset_id)
    expect(broken.code).toBe(1)
    expect(broken.stdout).toMatch(
      /at most 3 events were accepted since it is there, 3 were queued for it and 4 were not/,
    )
    expect(broken.stderr).toContain('The equation does not hold.')
  })
})

describe('backup', () => {
  it('saves a database that can be opened, and replaces nothing unasked', async () => {
    const { dataset_id } = await server.createDataset()
    await json('send', '--dataset', dataset_id)
    const file = join(folder, 'copy.db')
    const saved = await json<{ bytes: number }>('backup', file)
    expect(saved.bytes).toBe(readFileSync(file).length)
    const copy = new DatabaseSync(file, { readOnly: true })
    expect(copy.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    copy.close()
    const refused = await run('backup', file)
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--force')])
    expect((await run('backup', file, '--force')).stdout).toMatch(/Saved [\d.]+ [KM]B to/)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
    expect(readdirSync(server.dataDir).filter((name) => name.includes('backup'))).toEqual([])
  })

  it('can be read again at once, and again', async () => {
    const headers = { authorization: `Bearer ${server.adminToken}` }
    const sizes = []
    for (let n = 0; n < 10; n++) {
      const answer = await fetch(`${server.url}/api/backup`, { headers })
      sizes.push([answer.status, (await answer.arrayBuffer()).byteLength > 0])
    }
    expect(sizes).toEqual(Array(10).fill([200, true]))
    expect(readdirSync(server.dataDir).filter((name) => name.includes('backup'))).toEqual([])
  })

  it('leaves nothing behind where it cannot write', async () => {
    const { code, stderr } = await run('backup', join(folder, 'none', 'copy.db'))
    expect([code, stderr]).toEqual([1, expect.stringContaining('ENOENT')])
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })
})

describe('without a server or a token', () => {
  it.each([
    [{ TWOFOLD_URL: 'http://127.0.0.1:9' }, 69, /No server answers at http:\/\/127\.0\.0\.1:9/],
    [{ TWOFOLD_URL: 'somewhere' }, 2, /TWOFOLD_URL is "somewhere"/],
  ])('%j ends with %i', async (env, code, why) => {
    const result = await twofold(['doctor'], { env })
    expect([result.code, result.stdout]).toEqual([code, ''])
    expect(result.stderr).toMatch(why)
    expect(result.stderr).not.toMatch(/\bat .*\.ts/)
  })

  it('says which variable holds the token', async () => {
    const result = await twofold(['dataset', 'list'], { env: { TWOFOLD_URL: server.url } })
    expect([result.code, result.stderr]).toEqual([
      77,
      expect.stringContaining('TWOFOLD_ADMIN_TOKEN'),
    ])
    const asJson = await twofold(['dataset', 'list', '--json'], {
      env: { TWOFOLD_URL: server.url },
    })
    expect(JSON.parse(asJson.stderr).error.code).toBe('unauthorized')
  })
})

describe('explain', () => {
  it('shows the exact text and its hash', async () => {
    const { stdout, code } = await twofold(['explain', 'em', ' Foo@X.com '])
    expect(code).toBe(0)
    expect(stdout).toContain('"foo@x.com"')
    expect(stdout).toContain('fe9ea8d6a747106fc7549818016ea51e06ff6d8a55ead43b4806b0c6b828286e')
    const phone = await twofold(['explain', 'ph', '0171 1234567', '--country', 'de', '--json'])
    expect(JSON.parse(phone.stdout).forms[0].text).toBe('491711234567')
    expect((await twofold(['explain', 'nickname', 'x'])).code).toBe(2)
  })
})

describe('help', () => {
  it.each([
    ...['serve', 'demo', 'send', 'events', 'explain', 'quality', 'doctor', 'backup', 'version'].map(
      (n) => [n],
    ),
    ...['create', 'list', 'show', 'update', 'delete'].map((name) => ['dataset', name]),
    ...['create', 'rotate', 'list', 'revoke'].map((name) => ['token', name]),
  ])('%s %s has --json and examples', async (...words) => {
    const { code, stdout } = await twofold([...words.filter(Boolean), '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('--json')
    expect(stdout).toContain(`$ twofold ${words.filter(Boolean).join(' ')}`)
  })

  it.each([[[]], [['nonsense']], [['send', '--nonsense']]])('%j is wrong usage', async (words) => {
    expect((await twofold(words)).code).toBe(2)
  })

  it('version says which', async () => {
    const { stdout } = await twofold(['version', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: expect.stringMatching(/^v2[4-9]/),
    })
  })
})
