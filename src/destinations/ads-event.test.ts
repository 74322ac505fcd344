import { describe, expect, it } from 'vitest'
import { isLimited, itemsOf, lean, markOf, moneyText, nameOf } from './ads-event.ts'
import { PURCHASE } from './ads-examples.ts'
import { changed } from './ads-remote.fixture.ts'
import type { OutboundEvent } from './destination.ts'

describe('nameOf', () => {
  const table = { Purchase: 'buy', PageView: '' }
  it.each<[string, 'send' | 'skip', string | undefined]>([
    ['Purchase', 'skip', 'buy'],
    ['PageView', 'send', undefined],
    ['Lead', 'skip', 'Form'],
    ['Contact', 'send', undefined],
    ['Donate', 'send', 'Donate'],
    ['Donate', 'skip', undefined],
    ['My event', 'send', 'My event'],
    ['constructor', 'skip', undefined],
  ])('%s where custom events are %s', (name, custom_events, expected) => {
    const settings = { event_names: { Lead: 'Form', Contact: ' ' }, custom_events }
    expect(nameOf(name, table, settings)).toBe(expected)
  })
})

describe('isLimited', () => {
  it.each<[string, OutboundEvent, boolean]>([
    ['consent', PURCHASE, false],
    ['no word about consent', changed({}, { consent: undefined }), false],
    ['an empty list of options', changed({ data_processing_options: [] }), false],
    ['Limited Data Use', changed({ data_processing_options: ['LDU'] }), true],
    ['an opt-out', changed({ opt_out: true }), true],
    ['denied consent', changed({}, { consent: { state: 'denied', signal: 'gpc' } }), true],
  ])('%s', (_, event, expected) => {
    expect(isLimited(event)).toBe(expected)
  })
})

describe('markOf', () => {
  const names = { properties: ['ttclid'], parameters: ['ttclid'] }
  it.each<[string, object, string | undefined]>([
    ['a property', { custom_data: { ttclid: 'p' } }, 'p'],
    ['the address', { custom_data: {}, event_source_url: 'https://a.b/?x=1&ttclid=u' }, 'u'],
    ['a property with a line break', { custom_data: { ttclid: 'a\nb' } }, 'E.C.P.abc'],
    ['an address that is none', { custom_data: {}, event_source_url: 'ttclid=u' }, undefined],
    ['an object', { custom_data: { ttclid: {} }, event_source_url: 'https://a.b' }, undefined],
    [
      'one without end',
      { custom_data: { ttclid: 'x'.repeat(1001) }, event_source_url: '' },
      undefined,
    ],
  ])('%s', (_, event, expected) => {
    expect(markOf(changed(event), names)).toBe(expected)
  })
})

describe('items and amounts', () => {
  it('reads contents, or else content_ids', () => {
    expect(itemsOf({ contents: [{ id: 'a', item_price: 2 }], content_ids: ['b'] })).toEqual([
      { id: 'a', price: 2 },
    ])
    expect(itemsOf({ contents: [], content_ids: ['b'] })).toEqual([{ id: 'b' }])
    expect(itemsOf(undefined)).toEqual([])
  })

  it.each([
    [59.9, '59.9'],
    [0, '0'],
    [1e-7, '0'],
    [1234567.125, '1234567.125'],
    [1e15, undefined],
    [undefined, undefined],
  ])('%s as text', (value, expected) => {
    expect(moneyText(value)).toBe(expected)
  })

  it('leaves out what says nothing, and keeps zero and false', () => {
    const empty = { a: undefined, b: '', c: [], d: {}, e: null }
    expect(lean({ ...empty, f: 0, g: false, h: [0] })).toEqual({ f: 0, g: false, h: [0] })
  })
})
