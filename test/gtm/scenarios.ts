/**
 * Runs the scenarios of a template's own tests as the editor does: mocks, assertions, and every API
 * that is not mocked as it is. Beyond that, each run of a tag must end exactly once. A test tool.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Apis, pureApis } from './pure-apis.ts'
import { type Ending, requirerOf, runCode } from './sandbox.ts'
import { type ServerRequest, serverApis } from './server-apis.ts'
import type { TemplateFile } from './template-file.ts'
import { type WebPage, webApis } from './web-apis.ts'

/** What stands in the scope of a test, beside `require`. */
export const TEST_GLOBALS = ['runCode', 'mock', 'mockObject', 'assertApi', 'assertThat', 'fail']

/** Throws what went wrong. */
export function runScenario(template: TemplateFile, scenario: { readonly code: string }): void {
  const mocks: Record<string, unknown> = {}
  const calls = new Map<string, unknown[][]>()
  const recorded = (name: string, api: unknown): unknown =>
    typeof api !== 'function'
      ? api
      : (...values: unknown[]) => {
          calls.set(name, [...(calls.get(name) ?? []), values])
          return api(...values)
        }
  const real = apisOf(template)
  const apis = (): Apis =>
    Object.fromEntries(
      Object.entries({ ...real, ...mocks }).map(([name, api]) => [name, recorded(name, api)]),
    )
  const scope: Readonly<Record<string, unknown>> = {
    require: requirerOf(real),
    mock: (name: string, value: unknown) => {
      mocks[name] = typeof value === 'function' ? value : () => value
    },
    mockObject: (name: string, value: unknown) => {
      mocks[name] = value
    },
    runCode: (data: object) => {
      const { value, ending } = runCode(template.code, data, apis())
      if (template.info.type === 'TAG') once(ending)
      count(calls, ending)
      return value
    },
    assertApi: (name: string) => apiAssertions(name, calls.get(name) ?? []),
    assertThat,
    fail: (message = 'fail() was called') => {
      throw new Error(message)
    },
  }
  const body = `'use strict';\n${template.setup}\n${scenario.code}`
  new Function(...Object.keys(scope), body)(...Object.values(scope))
}

function once({ successes, failures }: Ending): void {
  if (successes + failures === 1) return
  throw new Error(`the tag succeeded ${successes} times and failed ${failures} times`)
}

function count(calls: Map<string, unknown[][]>, { successes, failures }: Ending): void {
  const add = (name: string, times: number): void => {
    calls.set(name, [...(calls.get(name) ?? []), ...Array.from({ length: times }, () => [])])
  }
  add('gtmOnSuccess', successes)
  add('gtmOnFailure', failures)
}

function apisOf({ info, permissions }: TemplateFile): Apis {
  const pure = pureApis({ nowMs: () => Date.now(), random: () => Math.random() })
  const outside =
    info.containerContexts[0] === 'WEB'
      ? webApis(emptyPage(), permissions)
      : serverApis(emptyRequest(), permissions)
  return { ...pure, ...outside }
}

const emptyPage = (): WebPage => ({
  window: {},
  dataLayer: [],
  addScript: () => {
    throw new Error('a test must not load a script')
  },
  isGranted: () => true,
  onConsent: () => {},
  storage: new Map(),
  scripts: new Map(),
  log: () => {},
})

const emptyRequest = (): ServerRequest => ({
  eventData: {},
  cookies: {},
  setCookies: new Map(),
  log: () => {},
})

function apiAssertions(name: string, calls: readonly unknown[][]) {
  const called = (values: unknown[]): boolean =>
    calls.some((call) => isDeepStrictEqual(call, values))
  const told = calls.map((call) => JSON.stringify(call)).join('; ')
  return {
    wasCalled: () => demand(calls.length > 0, `${name} was not called`),
    wasNotCalled: () => demand(calls.length === 0, `${name} was called with ${told}`),
    wasCalledWith: (...values: unknown[]) =>
      demand(called(values), `${name} was called with ${told}`),
    wasNotCalledWith: (...values: unknown[]) =>
      demand(!called(values), `${name} was called with ${told}`),
  }
}

type Assertion = (...expected: never[]) => void

function assertThat(actual: unknown, message = ''): Readonly<Record<string, Assertion>> {
  const shown = JSON.stringify(actual)
  const is = (holds: boolean, what: string): void =>
    demand(holds, `${message} ${shown} is not ${what}`)
  const size = (actual as { length?: number } | undefined)?.length
  return {
    isEqualTo: (expected: unknown) =>
      is(isDeepStrictEqual(actual, expected), `equal to ${JSON.stringify(expected)}`),
    isNotEqualTo: (expected: unknown) => is(!isDeepStrictEqual(actual, expected), 'different'),
    isUndefined: () => is(actual === undefined, 'undefined'),
    isDefined: () => is(actual !== undefined, 'defined'),
    isTrue: () => is(actual === true, 'true'),
    isFalse: () => is(actual === false, 'false'),
    isString: () => is(typeof actual === 'string', 'a string'),
    isGreaterThan: (least: number) => is((actual as number) > least, `more than ${least}`),
    hasLength: (length: number) => is(size === length, `${length} long`),
    contains: (one: unknown) =>
      is(
        (actual as unknown[]).some((each) => isDeepStrictEqual(each, one)),
        'holding it',
      ),
  }
}

export const ASSERTIONS = [
  ...Object.keys(apiAssertions('', [])),
  ...Object.keys(assertThat(undefined)),
]

function demand(holds: boolean, message: string): void {
  if (!holds) throw new Error(message)
}
