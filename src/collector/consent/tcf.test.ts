import { expect, it } from 'vitest'
import { CONSENT_STRING_CHARS_MAX } from '../../limits.ts'
import { tcfString } from './tcf.fixture.ts'
import { readTcf } from './tcf.ts'

/** The example of the IAB's document: purposes 1 to 3, vendors 2, 6 and 8. */
const EXAMPLE = 'COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA'

it('reads the example of the IAB', () => {
  const tcf = readTcf(EXAMPLE)
  expect(tcf?.purposes).toEqual([1, 2, 3])
  expect([1, 2, 3, 6, 8, 9].filter((id) => tcf?.mayAct(id))).toEqual([2, 6, 8])
})

it('reads the core of a string with further segments', () => {
  expect(
    readTcf(
      `${EXAMPLE}.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAA`,
    ),
  ).toMatchObject({ purposes: [1, 2, 3] })
})

it.each([
  [{ purposes: [1, 7, 24], legitimateInterests: [2] }, [1, 7, 24], [2], []],
  [{ vendors: [755] }, [], [], [755]],
  [{ vendorRanges: [[700, 800]] as const }, [], [], [755, 800]],
  [
    { vendors: [755, 800], restrictions: [{ purpose: 3, type: 0, ranges: [[755, 755]] as const }] },
    [],
    [],
    [800],
  ],
  [
    { vendors: [755], restrictions: [{ purpose: 3, type: 1, ranges: [[755, 755]] as const }] },
    [],
    [],
    [755],
  ],
])('%j', (parts, purposes, legitimateInterests, vendors) => {
  const tcf = readTcf(tcfString(parts))
  expect(tcf).toMatchObject({ purposes, legitimateInterests })
  expect([1, 755, 800].filter((id) => tcf?.mayAct(id))).toEqual(vendors)
})

it('takes a string that forbids every vendor again and again for what it is', () => {
  const text = tcfString({
    purposes: [1],
    vendors: [755],
    restrictions: [{ purpose: 1, type: 0, ranges: everybody }],
  })
  expect(readTcf(text)?.purposes).toEqual([1])
  expect(readTcf(text)?.mayAct(755)).toBe(false)
})

const everybody = Array.from({ length: 60 }, () => [1, 65_535] as const)

it.each([
  ['nothing', ''],
  ['a word', 'granted'],
  ['version 1', `B${EXAMPLE.slice(1)}`],
  ['a strange character', `${EXAMPLE.slice(0, 20)}!${EXAMPLE.slice(21)}`],
  ['the beginning of one', EXAMPLE.slice(0, 30)],
  ['the beginning of one, cut in the vendors', EXAMPLE.slice(0, 40)],
  ['one as long as a book', EXAMPLE + 'A'.repeat(CONSENT_STRING_CHARS_MAX)],
  ['one that names every vendor again and again', tcfString({ vendorRanges: everybody })],
])('%s is no TCF string', (_name, text) => {
  expect(readTcf(text)).toBeUndefined()
})
