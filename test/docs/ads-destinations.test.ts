/**
 * The second half of docs/destinations/<name>.md is written from the code: settings, names, errors,
 * examples. This test compares them; `npx vitest run test/docs -u` writes them anew.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { z } from 'zod'
import type { NameTable } from '../../src/destinations/ads-event.ts'
import { type Destination, SKIP_REASONS } from '../../src/destinations/destination.ts'
import { ga4 } from '../../src/destinations/ga4.ts'
import { GA4_NAMES } from '../../src/destinations/ga4-mapping.ts'
import { NETWORK_FAILURES } from '../../src/destinations/http-exchange.ts'
import { LINKEDIN_ERRORS, linkedin } from '../../src/destinations/linkedin.ts'
import { PINTEREST_ERRORS, pinterest } from '../../src/destinations/pinterest.ts'
import { PINTEREST_NAMES } from '../../src/destinations/pinterest-settings.ts'
import { type ErrorRow, STATUS_ROWS } from '../../src/destinations/post-json.ts'
import { SNAPCHAT_ERRORS, snapchat } from '../../src/destinations/snapchat.ts'
import { SNAPCHAT_NAMES } from '../../src/destinations/snapchat-settings.ts'
import { TIKTOK_ERRORS, tiktok } from '../../src/destinations/tiktok.ts'
import { TIKTOK_NAMES } from '../../src/destinations/tiktok-mapping.ts'
import { STANDARD_EVENTS } from '../../src/event/names.ts'

const docs = join(import.meta.dirname, '../../docs/destinations')
const MARK = '<!-- From here on made from the code by `npx vitest run test/docs -u`. -->'

interface Page {
  // Only what every destination has is used: its settings' type does not matter.
  readonly destination: Pick<Destination<never>, 'name' | 'bounds'> & {
    readonly schema: unknown
    readonly examples: readonly { title: string; in: unknown; out: unknown }[]
  }
  readonly errors: readonly ErrorRow[]
  readonly names?: NameTable
}

const PAGES: readonly Page[] = [
  { destination: tiktok, errors: TIKTOK_ERRORS, names: TIKTOK_NAMES },
  { destination: ga4, errors: [], names: GA4_NAMES },
  { destination: pinterest, errors: PINTEREST_ERRORS, names: PINTEREST_NAMES },
  { destination: snapchat, errors: SNAPCHAT_ERRORS, names: SNAPCHAT_NAMES },
  { destination: linkedin, errors: LINKEDIN_ERRORS },
]

it.each(PAGES)('docs/destinations/$destination.name.md says what the code does', async (page) => {
  const file = join(docs, `${page.destination.name}.md`)
  const [written = ''] = readFileSync(file, 'utf8').split(MARK)
  const made = [
    MARK,
    '',
    ...settings(page),
    ...names(page),
    ...reasons(),
    ...errors(page),
    ...examples(page),
  ]
  await expect(`${written.trimEnd()}\n\n${made.join('\n')}`).toMatchFileSnapshot(file)
})

function settings({ destination }: Page): string[] {
  const { shape } = destination.schema as z.ZodObject
  const rows = Object.entries(shape).map(([name, field]) => {
    const empty = (field as z.ZodType).safeParse(undefined)
    const isSecret = (field as z.ZodType).meta()?.secret === true
    const fallback = empty.success ? JSON.stringify(empty.data) : undefined
    const usual = empty.success ? (fallback === undefined ? 'none' : `\`${fallback}\``) : 'required'
    const what = (field as z.ZodType).description ?? ''
    return [`\`${name}\``, usual, isSecret ? `Secret. ${what}` : what]
  })
  return ['## Settings', '', ...table(['setting', 'default', 'what it is'], rows), '']
}

function names({ names: known, destination }: Page): string[] {
  if (!known) return []
  const rows = STANDARD_EVENTS.map((name) => {
    const there = known[name]
    if (there === undefined) return [name, 'none: as a custom event']
    return [name, there === '' ? 'not sent' : `\`${there}\``]
  })
  return ['## Event names', '', ...table(['event', `in ${destination.name}`], rows), '']
}

function reasons(): string[] {
  const rows = Object.entries(SKIP_REASONS).map(([code, why]) => [`\`${code}\``, why])
  return [
    '## Why an event is skipped',
    '',
    'The reasons that this and the similar destinations know; a skipped event is counted.',
    '',
    ...table(['reason', 'why'], rows),
    '',
  ]
}

const HELD = 'everything waits until you have mended it'
const DOES = {
  retry: 'tries again later',
  hold: HELD,
  held: HELD,
  split: 'the bad event is searched for and rejected; the others are delivered',
  halve: 'it is sent in halves; an event that is too large alone is rejected',
}

function errors({ errors: own }: Page): string[] {
  const rows = [...own, ...STATUS_ROWS].map(({ on, from, to, words, does, say }) => {
    const range = to === undefined ? String(from) : `${from} to ${to}`
    const what = `${on} ${range}`
    return [words ? `${what}, where the message names it` : what, DOES[does], say]
  })
  const without = NETWORK_FAILURES.map(({ state, code, detail }) => [
    `none: \`${code}\``,
    DOES[state],
    detail,
  ])
  const head = ['answer', 'what happens', 'what it means, what to do']
  const all = table(head, [...rows, ...without])
  return ['## Errors', '', 'The first row that fits counts.', '', ...all, '']
}

function examples({ destination }: Page): string[] {
  return [
    '## Examples',
    '',
    ...destination.examples.flatMap(({ title, in: event, out }) => [
      `### ${title}`,
      '',
      ...json(event),
      ...(out === undefined ? ['It is skipped.', ''] : ['becomes', '', ...json(out)]),
    ]),
  ]
}

const json = (value: unknown): string[] => ['```json', JSON.stringify(value, null, 2), '```', '']

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
