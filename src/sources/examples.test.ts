/** Every example of every source, and what holds for all of them. */
import { describe, expect, it } from 'vitest'
import { SOURCES } from '../platforms.ts'

const AT_MS = 1_772_460_100_000

describe.each(SOURCES)('$name', (source) => {
  it.each(source.examples)(
    '$title',
    ({ settings, headers = {}, query = {}, body, fetched = {}, out, ...more }) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const receivedMs = more.receivedMs ?? AT_MS
      const checked = source.schema.parse(settings)
      const plain = { headers, query, text, receivedMs }
      const answers = Object.entries(fetched).map(([name, said]) => [name, JSON.stringify(said)])
      const delivered = fetched ? { ...plain, fetched: Object.fromEntries(answers) } : plain
      expect(source.translate(delivered, checked)).toEqual(out)
      if (answers.length > 0) {
        expect(source.ask?.(plain, checked)).toMatchObject({ url: expect.anything() })
        expect(source.ask?.(delivered, checked)).toBeUndefined()
      }
    },
  )

  it.each(['', 'null', '[]', '{}', '"text"', '{"id":', '<xml/>', '[[[[', '{"data":null}'])(
    'takes %s for what it is: nothing it can count',
    (text) => {
      const settings = source.schema.parse({})
      const headers = Object.fromEntries(source.headers.map((name) => [name, 'orders/paid']))
      const said = source.translate({ headers, query: {}, text, receivedMs: AT_MS }, settings)
      expect('facts' in said ? said.facts : []).toEqual([])
    },
  )

  it('says how to set it up, with the address, and describes every setting', () => {
    expect(source.setup.join(' ')).toContain('{url}')
    if (source.secret.from === 'twofold' && source.secret.by === 'header') {
      expect(source.setup.join(' ')).toContain('{secret}')
    }
    expect(source.headers.filter((name) => name !== name.toLowerCase())).toEqual([])
    expect(source.examples.length).toBeGreaterThan(1)
  })

  it('proves nothing without a signature', () => {
    const request = {
      method: 'POST',
      url: 'https://t.example/hooks/x/c_1',
      headers: {},
      body: Buffer.from('{}'),
    }
    const context = { secrets: ['a-secret-of-some-length'], nowMs: AT_MS }
    expect(source.verify(request, context).ok).toBe(false)
  })
})
