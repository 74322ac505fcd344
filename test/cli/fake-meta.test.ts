/** `twofold fake-meta` as a program: how it begins, what it refuses, how it stops. */
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ended, lineOf, spawnTwofold, twofold } from './twofold.ts'

const running: ReturnType<typeof spawnTwofold>[] = []
const begin = (...words: string[]): (typeof running)[number] => {
  const child = spawnTwofold(['fake-meta', '--port', '0', ...words])
  running.push(child)
  return child
}

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const end = ended(child)
    child.kill('SIGKILL')
    await end
  }
})

interface Started {
  readonly url: string
  readonly dataset_id: string
  readonly seed: number
}

async function statuses(...words: string[]): Promise<number[]> {
  const child = begin('--json', '--dataset', '77', '--token', 'EAAB', ...words)
  const { url, dataset_id } = JSON.parse(await lineOf(child, /^\{/)) as Started
  expect(dataset_id).toBe('77')
  const seen: number[] = []
  for (let n = 0; n < 12; n++) {
    const body = new URLSearchParams({ access_token: 'EAAB', data: '[]' })
    seen.push((await fetch(`${url}/77/events`, { method: 'POST', body })).status)
  }
  return seen
}

describe('fake-meta', () => {
  it('says where it is and stops on a signal', async () => {
    const child = begin()
    const line = await lineOf(child, /^ {2}http/)
    const url = new URL(line.trim())
    expect(url.pathname).toBe('/v25.0/123/events')
    expect(await (await fetch(url.origin)).json()).toMatchObject({ dataset_id: '123' })
    const end = ended(child)
    child.kill('SIGTERM')
    expect((await end).code).toBe(0)
  })

  it('fails as the flags say, and by the same chances for the same seed', async () => {
    const words = ['--fail', 'http_503 requests=1', '--fail', 'http_502 probability=0.5']
    const first = await statuses('--seed', '7', ...words)
    expect(first[0]).toBe(503)
    expect(new Set(first.slice(1))).toEqual(new Set([400, 502]))
    expect(await statuses('--seed', '7', ...words)).toEqual(first)
  })

  it.each([
    [['--fail', 'nothing'], '"fail" must be one of'],
    [['--fail', 'slow'], 'slow needs ms'],
    [['--dataset', 'shop'], '--dataset must be digits'],
    [['--port', 'x'], '--port must be a number'],
    [['--seed', 'x'], 'whole number'],
  ])('%j is wrong usage', async (words, message) => {
    const { code, stderr } = await twofold(['fake-meta', ...words])
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  it('says when its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const { code, stderr } = await twofold(['fake-meta', '--port', String(port)])
    server.close()
    expect(code).toBe(1)
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is taken`)
    expect(stderr).toContain('--port 0')
  })
})
