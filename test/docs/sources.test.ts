/** docs/sources.md names every source there is, and none that is not there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SOURCES } from '../../src/platforms.ts'

it('docs/sources.md lists the sources', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/sources.md'), 'utf8')
  const told = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name)
  expect(told).toEqual(SOURCES.map(({ name }) => name))
})
