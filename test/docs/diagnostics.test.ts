/** docs/diagnostics.md lists the checks that there are, and every snippet of a fix can be read. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { expect, it } from 'vitest'
import { CHECKS } from '../../src/quality/diagnostics/table.ts'
import { diagnosticTable } from './diagnostic-table.ts'

it('the table of the page is that of the checks', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/diagnostics.md'), 'utf8')
  expect(page).toContain(diagnosticTable())
})

it('every code is there once', () => {
  const codes = CHECKS.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  expect(codes.length).toBeGreaterThanOrEqual(30)
})

const scripts = new Set(
  CHECKS.flatMap(({ snippets = {} }) => [
    ...(snippets.node ? [snippets.node] : []),
    ...(snippets.shopify ? [snippets.shopify] : []),
    ...[...(snippets.html ?? '').matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
      ([, js = '']) => js,
    ),
  ]),
)

it.each([...scripts])('is JavaScript: %#', async (script) => {
  await transform(`async () => {\n${script.replace(/^import .*$/gm, '')}\n}`, { loader: 'js' })
})
