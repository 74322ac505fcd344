/** Runs events.json, errors.json and fbc.json against the parser and the cookie functions. */
import { describe, expect, test } from 'vitest'
import { parseFbc, refreshFbc } from '../src/event/fbp-fbc.ts'
import { FINDINGS } from '../src/event/findings.ts'
import { type ParseContext, parseEvent } from '../src/event/parse.ts'
import { graphError, PROBLEMS } from '../src/event/problems.ts'
import errors from './errors.json' with { type: 'json' }
import events from './events.json' with { type: 'json' }
import fbc from './fbc.json' with { type: 'json' }

interface EventCase {
  readonly name: string
  readonly mode?: ParseContext['mode']
  readonly channel?: ParseContext['channel']
  readonly visitor?: ParseContext['visitor']
  readonly with: object
  readonly event: object
  readonly findings: readonly string[]
}

interface ErrorCase {
  readonly name: string
  readonly modes: readonly ParseContext['mode'][]
  readonly with: object
  readonly reason: string
  readonly key: string
  readonly subcode: number
  readonly message?: string
  readonly lenient_finding?: string
}

const eventCases = events.cases as readonly EventCase[]
const errorCases = errors.cases as readonly ErrorCase[]

describe('events.json', () => {
  test.each(eventCases)('$name', (given) => {
    const { mode = 'lenient', channel = 'server', visitor } = given
    const context = { mode, channel, visitor, nowMs: events.now_s * 1000, index: 0 }
    const parsed = parseEvent({ ...events.base_input, ...given.with }, context)
    if (!parsed.ok) throw new Error(parsed.problem.message)
    expect(parsed.event).toEqual({ ...events.base_event, ...given.event })
    expect(parsed.findings.map(({ code, key }) => `${code} ${key}`)).toEqual(given.findings)
    for (const { detail } of parsed.findings) expect(detail).toBeTruthy()
  })
})

describe('errors.json', () => {
  const contextOf = (mode: ParseContext['mode']): ParseContext => {
    return { mode, channel: 'server', nowMs: errors.now_s * 1000, index: 0 }
  }
  const perMode = errorCases.flatMap((given) => given.modes.map((mode) => ({ ...given, mode })))

  test.each(perMode)('$name ($mode)', (given) => {
    const parsed = parseEvent({ ...errors.base_input, ...given.with }, contextOf(given.mode))
    if (parsed.ok) throw new Error('accepted')
    const { problem } = parsed
    expect([problem.reason, problem.key]).toEqual([given.reason, given.key])
    expect(problem.message).toContain(given.key ? 'data' : 'data[0]')
    if (given.message) expect(problem.message).toBe(given.message)
    const { error } = graphError(problem, 'Atrace')
    expect([error.code, error.error_subcode]).toEqual([100, given.subcode])
    expect(error.error_user_msg).toContain(problem.message)
  })

  test.each(errorCases.filter((given) => given.lenient_finding))(
    '$name: counted in lenient mode',
    (given) => {
      const parsed = parseEvent({ ...errors.base_input, ...given.with }, contextOf('lenient'))
      expect(parsed.ok && parsed.findings.map(({ code }) => code)).toContain(given.lenient_finding)
    },
  )

  test('every problem an event can have stands in a case', () => {
    const elsewhere = ['not_an_object', 'batch_refused']
    const named = new Set([...errorCases.map(({ reason }) => reason), ...elsewhere])
    expect(Object.keys(PROBLEMS).filter((reason) => !named.has(reason))).toEqual([])
  })

  test('every finding named in a case has words', () => {
    const named = [
      ...eventCases.flatMap(({ findings }) => findings.map((text) => text.split(' ')[0] as string)),
      ...errorCases.flatMap(({ lenient_finding: code }) => code ?? []),
    ]
    expect(named.filter((code) => !(code in FINDINGS))).toEqual([])
  })
})

describe('fbc.json', () => {
  test.each(fbc.parse)('$text', (given) => {
    expect(parseFbc(given.text)).toEqual({
      subdomainIndex: given.subdomain_index,
      createdAtMs: given.created_at_ms,
      payload: given.payload,
      ...(given.appendix ? { appendix: given.appendix } : {}),
    })
  })

  test.each(fbc.not_one)('%j is none', (text) => expect(parseFbc(text)).toBeUndefined())

  test.each(fbc.refresh)('$name', ({ cookie, fbclid, fbc: expected }) => {
    const visit = { cookie, fbclid, nowMs: fbc.now_ms, subdomainIndex: 1 }
    expect(refreshFbc(visit) ?? null).toBe(expected)
  })
})
