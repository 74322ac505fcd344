import { expect, it } from 'vitest'
import { RELAY_OLD_SCRIPT_MS, RELAY_SCRIPT_MS } from './limits.ts'
import { testPlatform } from './platform.fixture.ts'
import { createScriptCopy } from './relay-script.ts'

it('an old copy serves while the server hangs, and pages do not wait for it one by one', async () => {
  let asked = 0
  let works = true
  const platform = testPlatform(async () => {
    asked += 1
    if (!works) throw new Error('no answer')
    return new Response('const a={"endpoint":"https://events.shop.test"}')
  })
  const settings = { url: 'https://script.shop.test', dataset: '581' }
  const script = createScriptCopy({ settings, platform })
  const ask = async () => (await script('/t', () => undefined)).body
  expect(await ask()).toContain('"endpoint":"/t"')
  works = false
  await platform.pass(RELAY_SCRIPT_MS)
  for (let page = 0; page < 5; page++) expect(await ask()).toContain('"endpoint":"/t"')
  expect(asked).toBe(2)
  await platform.pass(RELAY_OLD_SCRIPT_MS)
  await ask()
  expect(asked).toBe(3)
})

it('while one page asks for a new copy, the others get the old one at once', async () => {
  const answers: ((answer: Response) => void)[] = []
  const platform = testPlatform(() => new Promise((answer) => answers.push(answer)))
  const settings = { url: 'https://slow.shop.test', dataset: '581' }
  const script = createScriptCopy({ settings, platform })
  const ask = async () => (await script('/t', () => undefined)).body
  const first = ask()
  answers[0]?.(new Response('old'))
  expect(await first).toBe('old')
  await platform.pass(RELAY_SCRIPT_MS)
  const second = ask()
  expect(await Promise.all([ask(), ask()])).toEqual(['old', 'old'])
  answers[1]?.(new Response('new'))
  expect([await second, await ask(), answers.length]).toEqual(['new', 'new', 2])
})
