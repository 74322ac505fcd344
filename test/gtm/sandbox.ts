/**
 * Runs the code of a template: a function of `require` and `data`, nothing else in reach. That it
 * reaches for nothing else, sandbox-code.ts has checked. Runs in Node and in a browser. A test tool.
 */
import { type Apis, Refused } from './pure-apis.ts'

/** What a tag told the container: once, one of them. */
export interface Ending {
  successes: number
  failures: number
}

export interface Run {
  /** Of a variable. */
  readonly value: unknown
  readonly ending: Ending
}

export function runCode(code: string, data: object, apis: Apis): Run {
  const ending: Ending = { successes: 0, failures: 0 }
  const given = {
    ...data,
    gtmOnSuccess: () => {
      ending.successes += 1
    },
    gtmOnFailure: () => {
      ending.failures += 1
    },
  }
  const body = new Function('require', 'data', `'use strict';\n${code}`)
  return { value: body(requirerOf(apis), given), ending }
}

export function requirerOf(apis: Apis): (name: string) => unknown {
  return (name) => {
    if (!Object.hasOwn(apis, name)) throw new Refused(`there is no API ${name}`)
    return apis[name]
  }
}

/** What a tag gets of fields that nobody filled in: the default of each, as the editor has it. */
export function defaultsOf(
  parameters: readonly { readonly name: string; readonly defaultValue?: unknown }[],
): Record<string, unknown> {
  return Object.fromEntries(
    parameters.flatMap(({ name, defaultValue }) =>
      defaultValue === undefined ? [] : [[name, defaultValue]],
    ),
  )
}
