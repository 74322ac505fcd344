import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryFields, readParameters } from './parameters.ts'

const BOUNDARY = 'x-boundary-17'
const fields = fc.dictionary(
  fc.stringMatching(/^[a-z_]{1,12}$/),
  fc.string({ unit: 'grapheme' }).filter((text) => !text.includes(BOUNDARY)),
  { minKeys: 1, maxKeys: 6, noNullPrototype: true },
)

function multipart(values: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(values).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`)
}

describe('readParameters', () => {
  it('reads the same fields from JSON, urlencoded and multipart', async () => {
    await fc.assert(
      fc.asyncProperty(fields, async (sent) => {
        const json = Buffer.from(JSON.stringify(sent))
        expect(await readParameters(json, 'application/json')).toEqual(sent)
        const form = Buffer.from(new URLSearchParams(sent).toString())
        expect(await readParameters(form, 'application/x-www-form-urlencoded')).toEqual(sent)
        const type = `multipart/form-data; boundary=${BOUNDARY}`
        expect(await readParameters(multipart(sent), type)).toEqual(sent)
      }),
    )
  })

  it('never repeats what it could not read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z]{8,20}$/), async (secret) => {
        const broken = Buffer.from(`{"em":"${secret}",}`)
        const failed = await readParameters(broken, 'application/json').catch(
          (error: unknown) => error,
        )
        expect(failed).toMatchObject({ code: 'invalid_request' })
        const { message, stack, cause } = failed as Error
        expect(`${message}${stack}${cause}`).not.toContain(secret)
      }),
    )
  })

  it('keeps a field called __proto__ a field', async () => {
    const type = 'application/x-www-form-urlencoded'
    const read = await readParameters(Buffer.from('__proto__=1&a=2'), type)
    expect(Object.keys(read)).toEqual(['__proto__', 'a'])
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
  })

  it.each([undefined, Buffer.alloc(0)])('has nothing to read in %o', async (body) => {
    expect(await readParameters(body, 'application/json')).toEqual({})
  })
})

describe('queryFields', () => {
  it.each([
    ['/tr', {}],
    ['/tr?', {}],
    [
      '/tr?a=1&a=2&b=%C3%B6+x&cd%5Bvalue%5D=3&cd[x]=4',
      { a: '2', b: 'ö x', 'cd[value]': '3', 'cd[x]': '4' },
    ],
    ['/tr?a=%E0%A4%A', { a: '\ufffd%A' }],
  ])('%s', (url, expected) => {
    expect(Object.fromEntries(queryFields(url))).toEqual(expected)
  })
})
