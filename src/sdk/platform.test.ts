import { hash } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPlatform } from './platform.ts'

afterEach(() => vi.unstubAllGlobals())

const TEXTS = ['', 'jo@shop.test', 'Jürgen 😀', 'x'.repeat(1000)]

describe('a machine', () => {
  it.each<[string, unknown]>([
    ['with all of Node', process],
    ['with an older Node', { getBuiltinModule: () => ({ createHash: createHashOnly }) }],
    ['of Node 18, or an edge without Node', {}],
    ['without a process', undefined],
  ])('%s hashes alike', (_, machine) => {
    vi.stubGlobal('process', machine)
    const { sha256 } = createPlatform()
    expect(TEXTS.map(sha256)).toEqual(TEXTS.map((text) => hash('sha256', text)))
  })

  it.each([[globalThis.crypto], [undefined]])('makes ids of UUID’s form (%s)', (crypto) => {
    vi.stubGlobal('crypto', crypto)
    const { uuid } = createPlatform()
    const ids = new Set(Array.from({ length: 1000 }, uuid))
    expect(ids.size).toBe(1000)
    for (const id of ids) {
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    }
  })

  it('asks the fetch of the moment, which may have been replaced since', async () => {
    const { fetch } = createPlatform()
    vi.stubGlobal('fetch', async () => new Response('later'))
    expect(await (await fetch('https://shop.test', {})).text()).toBe('later')
  })
})

const createHashOnly = () => ({
  update: (text: string) => ({ digest: () => hash('sha256', text) }),
})
