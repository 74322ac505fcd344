/** What the archive of an integration holds when it is unpacked. */
import { expect, it } from 'vitest'
import { unpacked } from './zip-archive.fixture.ts'
import { zipOf } from './zip-archive.ts'

it('is what was put in, and the same bytes each time', () => {
  const entries = [
    { path: 'shop/a.php', text: '<?php // äöü\n'.repeat(500) },
    { path: 'shop/leer.txt', text: '' },
  ]
  const zip = zipOf(entries)
  expect(unpacked(zip)).toEqual(Object.fromEntries(entries.map(({ path, text }) => [path, text])))
  expect(zipOf(entries).equals(zip)).toBe(true)
  expect(zip.length).toBeLessThan(1000)
  expect(unpacked(zipOf([]))).toEqual({})
})
