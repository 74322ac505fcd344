/**
 * docs/errors.md and docs/configuration.md are written from the tables in the code: this test
 * compares them, and `vitest run -u` writes them anew. docs/api.md is written by hand: every route
 * must be in it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { ROUTES } from '../../src/api/routes.ts'
import { CLIENT_OPTIONS, OPTIONS } from '../../src/config.ts'
import { ERRORS } from '../../src/errors.ts'
import { datasetSettingsSchema } from '../../src/event/dataset.ts'
import { FINDINGS } from '../../src/event/findings.ts'
import { GRAPH_ERRORS, PROBLEMS } from '../../src/event/problems.ts'

const docs = join(import.meta.dirname, '../../docs')

it('docs/errors.md says what errors.ts, problems.ts and findings.ts say', async () => {
  const errors = Object.entries(ERRORS).map(([code, { status, retryable, message, fix }]) => [
    `\`${code}\``,
    String(status),
    retryable ? 'yes' : 'no',
    `${message} ${fix}`,
  ])
  const graph = Object.values(GRAPH_ERRORS).map(({ status, code, message }) => [
    String(status),
    String(code),
    message,
  ])
  const problems = Object.entries(PROBLEMS).map(([reason, problem]) => [
    `\`${reason}\``,
    String(problem.code),
    'subcode' in problem ? String(problem.subcode) : '',
    problem.userMessage,
  ])
  const findings = Object.entries(FINDINGS).map(([code, { title, fix }]) => [
    `\`${code}\``,
    title,
    fix,
  ])
  const text = [
    '# Errors, refusals, findings',
    '',
    'Made from the tables in `src/errors.ts`, `src/event/problems.ts` and `src/event/findings.ts` by',
    '`npx vitest run -u test/docs`; a test keeps it so. Codes are stable: write programs against',
    'them, not against the words.',
    '',
    '## Errors of the API and of the pixel endpoint',
    '',
    'The body is `{"error":{"code","message","detail"?,"fix","retryable"}}`. Where trying again helps,',
    'the answer has a `Retry-After` in seconds.',
    '',
    ...table(['code', 'status', 'try again', 'what it means, what to do'], errors),
    '',
    '## Errors of the Graph endpoint: the request',
    '',
    'In the shape of Meta\'s Graph API: `{"error":{"message","type","code","fbtrace_id",...}}`.',
    '`error_user_msg` says what to do.',
    '',
    ...table(['status', 'code', 'message'], graph),
    '',
    '## Events that are refused',
    '',
    'The `reason` of a rejected event, in the event log and in the counters. A request whose events',
    'are all refused is answered with status 400 and this code and subcode; otherwise each refusal is',
    'one line of `messages`.',
    '',
    ...table(['reason', 'code', 'subcode', 'message'], problems),
    '',
    '## Findings',
    '',
    'What is worth knowing about an event that was taken all the same.',
    '',
    ...table(['code', 'what it means', 'what to do'], findings),
    '',
  ].join('\n')
  await expect(text).toMatchFileSnapshot(join(docs, 'errors.md'))
})

it('docs/configuration.md says what config.ts and the settings of a dataset say', async () => {
  const option = (one: (typeof OPTIONS)['port'] | (typeof CLIENT_OPTIONS)['token']): string[] => [
    `\`${one.variable}\``,
    'flag' in one ? `\`${one.flag}\`` : '',
    one.default ? `\`${one.default}\`` : '',
    one.description,
  ]
  const head = ['variable', 'flag', 'default', 'what it is']
  const schema = z.toJSONSchema(datasetSettingsSchema, { io: 'input' })
  const settings = Object.entries(schema.properties ?? {}).map(([name, about]) => {
    const { description = '', default: value } = about as z.core.JSONSchema.JSONSchema
    return [`\`${name}\``, value === undefined ? '' : `\`${JSON.stringify(value)}\``, description]
  })
  const text = [
    '# Configuration',
    '',
    'Made from `src/config.ts` and `src/event/dataset.ts` by `npx vitest run -u test/docs`; a test',
    'keeps it so.',
    '',
    '## The server',
    '',
    'For `npm start`, `twofold serve` and `twofold demo` (whose data goes to `./data-demo` by',
    'default). A flag wins over the variable.',
    '',
    ...table(
      head,
      Object.values(OPTIONS).map((one) => option(one as never)),
    ),
    '',
    '## Commands that talk to a server',
    '',
    ...table(
      head,
      Object.values(CLIENT_OPTIONS).map((one) => option(one as never)),
    ),
    '',
    '## Settings of a dataset',
    '',
    'Changed in the Events Manager, with `PATCH /api/datasets/{id}` or with `twofold dataset update`',
    '(there as flags: `--default-country DE`).',
    '',
    ...table(['setting', 'default', 'what it is'], settings),
    '',
  ].join('\n')
  await expect(text).toMatchFileSnapshot(join(docs, 'configuration.md'))
})

it('docs/api.md names every route, and no route that is not there', () => {
  const text = readFileSync(join(docs, 'api.md'), 'utf8')
  const told = [...text.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/api\/[^`?\s]+)/g)].map(
    ([, method, path]) => `${method} ${path}`,
  )
  const known = ROUTES.map(({ method, path }) => `${method} ${path}`)
  expect([...new Set(told)].sort()).toEqual([...known].sort())
})

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll(/[|<]/g, '\\$&')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
