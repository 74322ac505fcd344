/** A certificate is fetched once and kept; what cannot be had is not asked for again at once. */
import { expect, it } from 'vitest'
import { CERTIFICATE_MS, CERTIFICATES_MAX } from '../../enrich-limits.ts'
import { createCertificates } from './certificates.ts'

function certificatesOf(answer: () => Response) {
  const clock = { nowMs: 1_000_000 }
  const asked: string[] = []
  const certificates = createCertificates({
    fetch: (async (url: string) => {
      asked.push(url)
      return answer()
    }) as typeof fetch,
    nowMs: () => clock.nowMs,
    sleep: (_, signal) => new Promise((done) => signal.addEventListener('abort', () => done())),
  })
  return { certificates, asked, clock }
}

it('is fetched once for all that wait, and again after a day', async () => {
  const { certificates, asked, clock } = certificatesOf(() => new Response('PEM'))
  expect(await Promise.all([certificates('https://a/1'), certificates('https://a/1')])).toEqual([
    'PEM',
    'PEM',
  ])
  clock.nowMs += CERTIFICATE_MS - 1
  expect(await certificates('https://a/1')).toBe('PEM')
  expect(asked).toHaveLength(1)
  clock.nowMs += 1
  await certificates('https://a/1')
  expect(asked).toHaveLength(2)
})

it.each([
  ['an error', () => new Response('no', { status: 404 })],
  ['far too much', () => new Response('x'.repeat(100_000))],
  ['no answer', () => Response.error()],
])('is not asked for again at once after %s', async (_, answer) => {
  const { certificates, asked, clock } = certificatesOf(answer)
  expect(await certificates('https://a/1')).toBeUndefined()
  expect(await certificates('https://a/1')).toBeUndefined()
  expect(asked).toHaveLength(1)
  clock.nowMs += 60_000
  await certificates('https://a/1')
  expect(asked).toHaveLength(2)
})

it('asks for no more than a few at a time, whatever is posted', async () => {
  const { certificates, asked } = certificatesOf(() => new Response('no', { status: 404 }))
  for (let n = 0; n < CERTIFICATES_MAX + 5; n++) await certificates(`https://a/${n}`)
  expect(asked).toHaveLength(CERTIFICATES_MAX)
})
