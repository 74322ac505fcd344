/**
 * docs/destinations/meta.md: the parts between `<!-- name: ... -->` and `<!-- end -->` are made from
 * the code. This test compares them, and `vitest run -u` writes them anew; the rest is by hand.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { NETWORK_FAILURES } from '../../src/destinations/http-exchange.ts'
import {
  META_ANSWERS,
  META_ERRORS,
  META_OTHER,
  type MetaErrorRow,
  type MetaVerdict,
} from '../../src/destinations/meta-errors.ts'
import { metaExamples } from '../../src/destinations/meta-examples.ts'
import { metaSettingsSchema } from '../../src/destinations/meta-settings.ts'
import { SEARCH_CUT } from '../../src/destinations/settle-batch.ts'
import { META_BODY_BYTES_MAX, SEARCH_REQUESTS_MAX } from '../../src/limits.ts'

const page = join(import.meta.dirname, '../../docs/destinations/meta.md')

const VERDICTS: Record<MetaVerdict, string> = {
  retry: 'tried again',
  slow: 'slower',
  hold: 'waits for you',
  reject: 'rejected',
  doubt: 'in doubt',
}

it('docs/destinations/meta.md says what the code says', async () => {
  let text = readFileSync(page, 'utf8')
  for (const [name, lines] of Object.entries(parts())) {
    const place = new RegExp(`(<!-- ${name}: [^\\n]+ -->\\n)[\\s\\S]*?(<!-- end -->)`)
    expect(text, `the place of ${name}`).toMatch(place)
    text = text.replace(place, (_, head, end) => `${head}\n${lines.join('\n')}\n\n${end}`)
  }
  await expect(text).toMatchFileSnapshot(page)
})

it('names the bounds that hold', () => {
  const text = readFileSync(page, 'utf8')
  expect(text).toContain(`${META_BODY_BYTES_MAX / 1024 ** 2} MB`)
  expect(text).toContain(`After ${SEARCH_REQUESTS_MAX} requests`)
})

function parts(): Record<string, string[]> {
  const schema = z.toJSONSchema(metaSettingsSchema, { io: 'input' })
  const settings = Object.entries(schema.properties ?? {}).map(([name, about]) => {
    const { description = '', default: value } = about as z.core.JSONSchema.JSONSchema
    return [`\`${name}\``, (value ?? null) ? `\`${JSON.stringify(value)}\`` : '', description]
  })
  const errors = META_ERRORS.map((row) => [codeOf(row), VERDICTS[row.verdict], row.about, row.fix])
  const other = ['', VERDICTS[META_OTHER.verdict], META_OTHER.about, META_OTHER.fix]
  const answers = Object.entries(META_ANSWERS).map(([code, { verdict, about, fix }]) => [
    `\`${code}\``,
    VERDICTS[verdict],
    about,
    fix,
  ])
  const tries = [...NETWORK_FAILURES, SEARCH_CUT].map(({ state, code, detail }) => [
    `\`${code}\``,
    VERDICTS[state === 'held' ? 'hold' : 'retry'],
    detail,
    '',
  ])
  const head = ['code', 'then', 'what it means', 'what to do']
  return {
    settings: table(['setting', 'default', 'what it is'], settings),
    examples: metaExamples.flatMap(({ title, out }) => [
      `${title}:`,
      '',
      '```json',
      JSON.stringify(out, undefined, 2),
      '```',
      '',
    ]),
    errors: table(head, [...errors, other]),
    answers: table(head, [...answers, ...tries]),
  }
}

function codeOf({ code, subcode, type }: MetaErrorRow): string {
  const words = [code, subcode].flatMap((bounds) => {
    if (bounds === undefined) return []
    return typeof bounds === 'number' ? [String(bounds)] : [bounds.join('-')]
  })
  return `\`${words.join('/')}\`${type ? `, type \`${type}\`` : ''}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll(/[|<]/g, '\\$&')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
