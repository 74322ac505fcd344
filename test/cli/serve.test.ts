/** `twofold serve` and `twofold demo` as programs: how they begin, fail and stop. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationsAnswer } from '../../src/api/types.ts'
import { ended, lineOf, spawnTwofold, twofold } from './twofold.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twofold-serve-'))
})

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const end = ended(child)
    child.kill('SIGKILL')
    await end
  }
  rmSync(folder, { recursive: true, force: true })
})

/** Killed at the end whatever a test found, so that none is left running. */
const running: ReturnType<typeof spawnTwofold>[] = []
const begin = (...options: Parameters<typeof spawnTwofold>): (typeof running)[number] => {
  const child = spawnTwofold(...options)
  running.push(child)
  return child
}

const serve = (...words: string[]) =>
  begin(['serve', '--port', '0', '--data', join(folder, 'data'), '--log', 'error', ...words])

interface Started {
  readonly url: string
  readonly setup_url: string | null
}

async function started(child: ReturnType<typeof serve>): Promise<Started> {
  return JSON.parse(await lineOf(child, /^\{/)) as Started
}

describe('npm start', () => {
  it('ends its server in order where npm itself is told to end, as by a supervisor', async () => {
    const words = ['start', '--', '--port', '0', '--data', join(folder, 'data'), '--json']
    const npm = spawn('npm', words, { cwd: join(import.meta.dirname, '../..') })
    running.push(npm)
    const { url } = await started(npm)
    npm.kill('SIGTERM')
    const { stderr } = await ended(npm)
    expect(stderr).toContain('Stopping')
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})

describe('serve', () => {
  it('prints its address and, until there is an owner, a link that works once', async () => {
    const first = serve('--json')
    const { url, setup_url } = await started(first)
    expect(setup_url).toMatch(new RegExp(`^${url}/#setup=`))
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const redeem = (): Promise<Response> =>
      fetch(`${url}/api/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          code: setup_url?.split('=')[1],
          name: 'Ann',
          email: 'ann@example.com',
          password: 'a horse with a hat',
        }),
      })
    const cookie = (await redeem()).headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await redeem()).status).toBe(403)
    const token = await fetch(`${url}/api/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, cookie },
      body: JSON.stringify({ dataset_id: '*', purpose: 'admin' }),
    })
    const { token: admin_token } = (await token.json()) as { token: string }
    const env = { TWOFOLD_URL: url, TWOFOLD_ADMIN_TOKEN: admin_token }
    const made = await twofold(['dataset', 'create', '--name', 'Shop', '--json'], { env })
    const { dataset_id } = JSON.parse(made.stdout)
    const end = ended(first)
    first.kill('SIGTERM')
    expect((await end).code).toBe(0)

    const second = serve('--json')
    const again = await started(second)
    expect(again.setup_url).toBeNull()
    const list = await twofold(['dataset', 'list'], { env: { ...env, TWOFOLD_URL: again.url } })
    expect(list.stdout).toContain(dataset_id)
    second.kill('SIGINT')
    expect((await ended(second)).code).toBe(0)
  })

  it('stops in order although a live view is open', async () => {
    const child = begin(
      ['serve', '--port', '0', '--data', join(folder, 'data'), '--log', 'error', '--json'],
      { env: { TWOFOLD_ADMIN_TOKEN: 'the-admin-token' } },
    )
    const { url } = await started(child)
    const env = { TWOFOLD_URL: url, TWOFOLD_ADMIN_TOKEN: 'the-admin-token' }
    const made = await twofold(['dataset', 'create', '--name', 'Shop', '--json'], { env })
    const live = await fetch(`${url}/api/datasets/${JSON.parse(made.stdout).dataset_id}/live`, {
      headers: { authorization: 'Bearer the-admin-token' },
    })
    expect(live.status).toBe(200)
    const end = ended(child)
    child.kill('SIGTERM')
    expect((await end).code).toBe(0)
    expect(await live.text()).toContain('retry:')
  })

  it('tells people what to do', async () => {
    const child = serve()
    const link = await lineOf(child, /#setup=/)
    expect(link.trim()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#setup=[\w-]{43}$/)
    const end = ended(child)
    child.kill('SIGINT')
    expect((await end).stderr).toContain('Stopping')
  })

  it('says which port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const words = ['serve', '--port', String(port), '--data', join(folder, 'data')]
    const { code, stderr } = await twofold(words)
    taken.close()
    expect(code).toBe(1)
    expect(stderr).toContain(`Port ${port}`)
    expect(stderr).toContain('--port')
    expect(stderr).not.toMatch(/\bat .*\.ts/)
  })

  it('refuses data that is locked, newer, or in a place it cannot use', async () => {
    const first = serve('--json')
    await started(first)
    const end = ended(first)
    first.kill('SIGTERM')
    await end
    const database = new DatabaseSync(join(folder, 'data', 'twofold.db'))
    database.exec('BEGIN EXCLUSIVE')
    const locked = await ended(serve())
    expect([locked.code, locked.stderr]).toEqual([1, expect.stringContaining('Another program')])
    database.exec('ROLLBACK')
    database.exec('PRAGMA user_version = 999999')
    database.close()
    const newer = await ended(serve())
    expect([newer.code, newer.stderr]).toEqual([1, expect.stringContaining('newer Twofold')])
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const unusable = await twofold(['serve', '--port', '0', '--data', join(file, 'data')])
    expect([unusable.code, unusable.stderr]).toEqual([1, expect.stringContaining('--data FOLDER')])
  })

  it('shows the public address to people, and where it listens to who set up the proxy', async () => {
    const child = serve('--public-url', 'https://events.shop.example')
    const [open, setup] = await Promise.all([lineOf(child, /is running/), lineOf(child, /#setup=/)])
    expect(open).toMatch(
      /Open https:\/\/events\.shop\.example in your browser\. It listens on http:\/\/127\.0\.0\.1:\d+\.$/,
    )
    expect(setup).toMatch(/^ *https:\/\/events\.shop\.example\/#setup=/)
  })

  it.each([
    [['--port', 'many'], /TWOFOLD_PORT \(--port\) is "many"/],
    [['--log', 'loud'], /TWOFOLD_LOG/],
    [['--public-url', 'shop'], /TWOFOLD_PUBLIC_URL/],
  ])('refuses %j as wrong usage', async (words, why) => {
    const { code, stderr } = await twofold(['serve', ...words])
    expect([code, stderr]).toEqual([2, expect.stringMatching(why)])
  })
})

/** Signs in by the link of the demo; its code works once, so the cookie is kept. */
async function destinationsOf(
  demo: Record<string, string>,
): Promise<DestinationsAnswer['destinations']> {
  demo.cookie ??= await signInBy(demo)
  const path = `/api/datasets/${demo.dataset_id}/destinations`
  const answer = await fetch(demo.url + path, { headers: { cookie: demo.cookie } })
  return ((await answer.json()) as DestinationsAnswer).destinations
}

async function signInBy({ url, sign_in_url }: Record<string, string>): Promise<string> {
  const code = sign_in_url?.split('#sign-in=')[1]
  const answer = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  })
  const cookie = answer.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^twofold_session=/)
  return cookie.split(';')[0] ?? ''
}

describe('demo', () => {
  it('opens the shop and signs in by link, in a folder of its own, again and again', async () => {
    const datasets: string[] = []
    for (let start = 0; start < 2; start++) {
      const words = ['demo', '--port', '0', '--log', 'error', '--json']
      const child = begin(words, { cwd: folder })
      const demo = JSON.parse(await lineOf(child, /^\{/)) as Record<string, string>
      datasets.push(String(demo.dataset_id))
      const shop = await fetch(String(demo.shop_url))
      expect([shop.status, shop.headers.get('content-type')]).toEqual([
        200,
        expect.stringContaining('text/html'),
      ])
      expect(await destinationsOf(demo)).toHaveLength(1)
      const end = ended(child)
      child.kill('SIGTERM')
      expect((await end).code).toBe(0)
    }
    expect(datasets[1]).toBe(datasets[0])
  })

  it('gives the shop a past once, says how far it is, and where the truth stands', async () => {
    const words = ['demo', '--days', '1', '--seed', '3', '--port', '0', '--log', 'error', '--json']
    const errors: string[] = []
    for (let start = 0; start < 2; start++) {
      const child = begin(words, { cwd: folder })
      let stderr = ''
      child.stderr.on('data', (chunk) => {
        stderr += chunk
      })
      const demo = JSON.parse(await lineOf(child, /^\{/)) as Record<string, string>
      const truth = JSON.parse(readFileSync(join(folder, String(demo.truth_file)), 'utf8'))
      expect(truth).toMatchObject({ seed: 3, total: { orders: expect.any(Number) } })
      // Of the past too: did everything reach Meta?
      await expect
        .poll(async () => (await destinationsOf(demo))[0]?.status, { timeout: 60_000 })
        .toMatchObject({ waiting: 0, states: { delivered: expect.toSatisfy((n) => n > 50) } })
      const end = ended(child)
      child.kill('SIGTERM')
      expect((await end).code).toBe(0)
      errors.push(stderr)
    }
    expect(errors[0]).toMatch(/Making the past: \d of 1 day, [\d,]+ events\n/)
    expect(errors[1]).not.toContain('Making the past')
    const other = await twofold(['demo', '--days', '2', '--port', '0'], { cwd: folder })
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('past of 1 day ')])
  })

  it.each([
    [['--days', '0'], /--days is "0".*\n.*from 1 to 365/],
    [['--days', 'many'], /--days is "many"/],
    [['--seed', '2'], /Add --days 60/],
    [['--clean'], /--clean is about a past/],
  ])('refuses %j as wrong usage', async (words, why) => {
    const { code, stderr } = await twofold(['demo', '--port', '0', ...words], { cwd: folder })
    expect([code, stderr]).toEqual([2, expect.stringMatching(why)])
  })
})
