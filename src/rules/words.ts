/**
 * A rule as a sentence, for lists of rules on pages and in a terminal. Says all that the rule says,
 * but long lists by their length. Pure; called by the API.
 */
import type { Action } from './action.ts'
import type { Condition, Test } from './condition.ts'
import { type Rule, ruleSchema } from './rule.ts'

/** `stored` as it was kept: what cannot be read any more is said to be so. */
export function sentenceOf(stored: unknown): string {
  const read = ruleSchema.safeParse(stored)
  if (!read.success) return 'This rule cannot be read any more: save it anew, or remove it.'
  const { enabled, when, actions }: Rule = read.data
  const condition = when ? `When ${conditionWords(when)}` : 'Always'
  const sentence = `${condition}: ${actions.map(actionWords).join(', then ')}.`
  return enabled ? sentence : `(Off) ${sentence}`
}

const OPS: Readonly<Record<Test['op'], string>> = {
  exists: 'is there',
  missing: 'is missing',
  equals: 'is',
  not_equals: 'is not',
  in: 'is one of',
  not_in: 'is none of',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  ends_with: 'ends with',
  glob: 'looks like',
  above: 'is above',
  at_least: 'is at least',
  below: 'is below',
  at_most: 'is at most',
}

function conditionWords(condition: Condition): string {
  switch (condition.op) {
    case 'all':
      return condition.of.map(partWords).join(' and ')
    case 'any':
      return condition.of.map(partWords).join(' or ')
    case 'not':
      return `not ${partWords(condition.of)}`
    default:
      return testWords(condition)
  }
}

function partWords(condition: Condition): string {
  const isGroup = condition.op === 'all' || condition.op === 'any'
  return isGroup ? `(${conditionWords(condition)})` : conditionWords(condition)
}

function testWords(test: Test): string {
  const start = `${test.field} ${OPS[test.op]}`
  if ('values' in test) return `${start} ${listWords(test.values)}`
  return 'value' in test ? `${start} ${quoted(test.value)}` : start
}

function actionWords(action: Action): string {
  switch (action.do) {
    case 'drop':
      return 'do not count it'
    case 'keep':
      return 'let no later rule drop it'
    case 'stop':
      return 'skip all later rules'
    case 'rename':
      return `name it ${action.to}`
    case 'set':
      return `set ${action.field} to ${quoted(action.value)}`
    case 'default':
      return `set ${action.field} to ${quoted(action.value)} where it is missing`
    case 'copy':
      return copyWords(action)
    case 'remove':
      return `remove ${action.field}`
    case 'multiply':
      return `multiply ${action.field} by ${action.by}`
    case 'margin':
      return marginWords(action)
    case 'strip_query':
      return stripWords(action)
    case 'scrub':
      return scrubWords(action)
    default:
      return routeWords(action)
  }
}

type Of<D extends Action['do']> = Extract<Action, { do: D }>

function copyWords({ from, to, prefix, suffix, if_missing: ifMissing }: Of<'copy'>): string {
  const before = prefix ? ` with ${quoted(prefix)} in front` : ''
  const behind = suffix ? ` with ${quoted(suffix)} behind` : ''
  return `copy ${from} to ${to}${before}${behind}${ifMissing ? ' where it is missing' : ''}`
}

function marginWords({ to, margin, by_content_id: table }: Of<'margin'>): string {
  const products = table ? `the margins of ${Object.keys(table).length} products` : ''
  const others = margin ? `${products ? ', else ' : ''}${margin}` : ''
  return `set ${to} from ${products}${others}`
}

function stripWords({ keep, remove, fragment, in: pages }: Of<'strip_query'>): string {
  const where = pages ? ` from ${pages.join(' and ')}` : ' from addresses'
  const what = keep
    ? `remove all parameters but ${listWords(keep)}`
    : remove
      ? `remove the parameters ${listWords(remove)}`
      : 'remove what follows #'
  return `${what}${fragment && (keep || remove) ? ' and what follows #' : ''}${where}`
}

function scrubWords({ names, digits, in: places }: Of<'scrub'>): string {
  const what = [
    ...(names ? [`the values of ${listWords(names)}`] : []),
    ...(digits ? [`runs of ${digits} and more digits`] : []),
  ]
  return `hide ${what.join(' and ')}${places ? ` in ${places.join(', ')}` : ''}`
}

function routeWords({ only, except }: Of<'route'>): string {
  const allowed = only && (only.length > 0 ? `only to ${only.join(', ')}` : 'nowhere')
  const denied = except && `not to ${except.join(', ')}`
  return `send it ${[allowed, denied].filter(Boolean).join(', and ')}`
}

const SHOWN = 5

function listWords(values: readonly (string | number | boolean)[]): string {
  const shown = values.slice(0, SHOWN).map(quoted).join(', ')
  return values.length > SHOWN ? `${shown} and ${values.length - SHOWN} more` : shown
}

function quoted(value: string | number | boolean): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}
