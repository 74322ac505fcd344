import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeFbc, makeFbp, parseFbc, parseFbp, refreshFbc } from './fbp-fbc.ts'

const NOW_MS = 1_800_000_000_000
const visit = { nowMs: NOW_MS, subdomainIndex: 1 }

describe('making', () => {
  test('an fbp is two random numbers behind index and time', () => {
    const numbers = [0.5, 0.25]
    const fbp = makeFbp({ ...visit, random: () => numbers.shift() ?? 0 })
    expect(fbp).toBe(`fb.1.${NOW_MS}.499999999249999999`)
  })

  test('an fbc carries the click id unchanged but for its dots', () => {
    expect(makeFbc({ ...visit, fbclid: 'IwAR-x_Y' })).toBe(`fb.1.${NOW_MS}.IwAR-x_Y`)
    expect(makeFbc({ ...visit, fbclid: 'a.b.c' })).toBe(`fb.1.${NOW_MS}.a__DOT__b__DOT__c`)
  })

  test.each(['a;Domain=evil.test', 'a b', 'a,b', 'a"b', 'a\\b', 'a\r\nb', 'ä', 'a\0'])(
    '%j makes none: it would not stay inside a cookie',
    (fbclid) => expect(makeFbc({ ...visit, fbclid })).toBeUndefined(),
  )

  test('click ids that are empty or over 500 characters make none', () => {
    expect(makeFbc({ ...visit, fbclid: '' })).toBeUndefined()
    expect(makeFbc({ ...visit, fbclid: 'x'.repeat(500) })).toBeDefined()
    expect(makeFbc({ ...visit, fbclid: 'x'.repeat(501) })).toBeUndefined()
  })

  test('whatever is made can be read again', () => {
    const made = fc.record({
      fbclid: fc.stringMatching(/^[!#-+\--:<-[\]-~]{1,500}$/),
      nowMs: fc.integer({ min: 0, max: 4e12 }),
      subdomainIndex: fc.integer({ min: 0, max: 9 }),
    })
    fc.assert(
      fc.property(made, (click) => {
        const fbc = makeFbc(click)
        fc.pre(fbc !== undefined)
        expect(parseFbc(fbc)).toEqual({
          subdomainIndex: click.subdomainIndex,
          createdAtMs: click.nowMs,
          payload: click.fbclid.replaceAll('.', '__DOT__'),
        })
      }),
    )
  })
})

describe('reading', () => {
  test('a fifth part is legal when it is an appendix', () => {
    expect(parseFbp('fb.2.1700000000000.42.AQQAAQMC')).toEqual({
      subdomainIndex: 2,
      createdAtMs: 1_700_000_000_000,
      payload: '42',
      appendix: 'AQQAAQMC',
    })
    expect(parseFbc('fb.0.1.AbC.Bg')?.appendix).toBe('Bg')
  })

  test.each([
    '',
    'fb',
    'fb.1.2',
    'fb.1.2.',
    'fb.x.2.a',
    'fb.1.x.a',
    'fb..2.a',
    'FB.1.2.a',
    'fb.1.2.a.unknown',
    'fb.1.2.a.AQQAAQMC.more',
    'fb.1.2.a.',
    'IwAR0abcdef',
    'fb.1.2.a b',
    'fb.1.2.a;b',
    'fb.1.2.a\n',
  ])('%j is none', (text) => expect(parseFbc(text)).toBeUndefined())
})

describe('refreshing fbc', () => {
  const cookie = 'fb.1.1700000000000.click_A'

  test.each([
    ['no cookie, no click', undefined, undefined, undefined],
    ['a first click', undefined, 'click_A', `fb.1.${NOW_MS}.click_A`],
    ['no click: the cookie stays', cookie, undefined, cookie],
    ['the same click keeps its time', cookie, 'click_A', cookie],
    ['the same click keeps its appendix', `${cookie}.AQQAAQMC`, 'click_A', `${cookie}.AQQAAQMC`],
    ['another click replaces it', cookie, 'click_B', `fb.1.${NOW_MS}.click_B`],
    ['click ids differ by case', cookie, 'CLICK_A', `fb.1.${NOW_MS}.CLICK_A`],
    ['an overlong click is ignored', cookie, 'x'.repeat(501), cookie],
    [
      'the same click with dots',
      'fb.1.1700000000000.a__DOT__b',
      'a.b',
      'fb.1.1700000000000.a__DOT__b',
    ],
    ['a malformed cookie is discarded', 'fb.1.x.click_A', undefined, undefined],
    ['a malformed cookie is replaced', 'click_A', 'click_A', `fb.1.${NOW_MS}.click_A`],
  ])('%s', (_why, old, fbclid, expected) => {
    expect(refreshFbc({ ...visit, cookie: old, fbclid })).toBe(expected)
  })
})
