import { expect, it } from 'vitest'
import { BROWSING_EVENTS, isBrowsing, isStandardEvent, STANDARD_EVENTS } from './names.ts'

it('knows the eighteen standard events, each once', () => {
  expect(new Set(STANDARD_EVENTS).size).toBe(18)
  for (const name of STANDARD_EVENTS) expect(isStandardEvent(name)).toBe(true)
  for (const name of ['purchase', 'MyEvent', '']) expect(isStandardEvent(name)).toBe(false)
})

it('takes only standard events for browsing, and never a conversion', () => {
  for (const name of BROWSING_EVENTS) expect(isStandardEvent(name)).toBe(true)
  for (const name of ['PageView', 'ViewContent', 'Search']) expect(isBrowsing(name)).toBe(true)
  for (const name of ['Purchase', 'Lead', 'Subscribe', 'MyEvent']) {
    expect(isBrowsing(name)).toBe(false)
  }
})
