/** The pixels that a page of a shop says Shopify feeds: a page that anybody may have written. */
import { expect, it } from 'vitest'
import { RIVAL_PIXELS_MAX } from '../enrich-limits.ts'
import { shopifyPolling } from './shopify-poll.ts'

const pixelsIn = (page: string): readonly string[] => shopifyPolling.rival?.pixelsIn(page) ?? []

const pixel = (id: number | string): string =>
  `{"configuration":"{\\"pixel_id\\":\\"${id}\\",\\"pixel_type\\":\\"facebook_pixel\\"}"}`

it('finds the pixels of Meta, each once, and none of others', () => {
  const other = '{"pixel_id":"7777777","pixel_type":"tiktok_pixel"}'
  const page = `<script>[${pixel(1234567890)},${other},${pixel(1234567890)}]</script>`
  expect(pixelsIn(page)).toEqual(['1234567890'])
})

it('a hostile page costs no more than it is long, and fills no list', () => {
  expect(pixelsIn(`{${'"facebook_pixel"'.repeat(200_000)}`)).toEqual([])
  const many = Array.from({ length: 1000 }, (_, at) => pixel(1_000_000 + at))
  expect(pixelsIn(many.join(','))).toHaveLength(RIVAL_PIXELS_MAX)
})
