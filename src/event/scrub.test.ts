import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrub } from './scrub.ts'

describe('scrub', () => {
  it.each([
    ['https://s.example/t?email=a%40b.com&x=1', 'https://s.example/t?email=_removed_&x=1'],
    ['https://s.example/t?q=jo@shop.test&x=1', 'https://s.example/t?q=_removed_&x=1'],
    ['https://s.example/u/jo@shop.test/x', 'https://s.example/u/_removed_/x'],
    ['https://jo:secret@s.example/x', 'https://s.example/x'],
    [
      'https://s.example/?phone=%2B4917112345#mail=jo',
      'https://s.example/?phone=_removed_#mail=_removed_',
    ],
  ])('takes people out of the address %s', (url, clean) => {
    const result = scrub({ event_source_url: url })
    expect(result?.changed.event_source_url).toBe(clean)
    expect(result?.findings).toEqual([{ code: 'personal_data_removed', key: 'event_source_url' }])
  })

  it.each([
    'https://shop.example.com/p?utm_source=ad&fbclid=IwAR_x-1&email=',
    'https://shop.example.com/@brand/coffee',
    'https://shop.example.com/?emails=3&name=bag',
  ])('leaves %s as it is', (url) => {
    expect(scrub({ event_source_url: url })).toBeUndefined()
  })

  it('takes people out of custom_data, at any depth, and says where', () => {
    const result = scrub({
      custom_data: {
        value: 3,
        email: 'jo',
        search_string: 'from jo@shop.test please',
        order: { customer: { phone: 49171, note: 'ok' } },
        tags: ['a', 'jo@shop.test'],
      },
    })
    expect(result?.changed.custom_data).toEqual({
      value: 3,
      email: '_removed_',
      search_string: 'from _removed_ please',
      order: { customer: { phone: '_removed_', note: 'ok' } },
      tags: ['a', '_removed_'],
    })
    expect(result?.findings.map(({ key }) => key)).toEqual([
      'custom_data.email',
      'custom_data.search_string',
      'custom_data.order.customer.phone',
      'custom_data.tags',
    ])
  })

  it('leaves out an order number that was an address, so that orders stay apart', () => {
    const custom_data = { value: 3, order_id: 'jo@shop.test' }
    expect(scrub({ custom_data })?.changed.custom_data).toEqual({ value: 3 })
  })

  it('never lets an address through, wherever it stands', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string(),
        fc.constant('mark@shop.test'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
      ),
    })).value
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json, { maxKeys: 4 }), (custom_data) => {
        const clean =
          scrub({ custom_data: custom_data as never })?.changed.custom_data ?? custom_data
        expect(JSON.stringify(Object.values(clean))).not.toContain('"mark@shop.test"')
      }),
    )
  })
})
