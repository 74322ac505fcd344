/** A rule as the editor holds it, and the way there and back. Pure. */
import { conditionOf, formOf, type Group, newKey, nodeAt } from './condition-form.ts'
import type { Json, Problem, Rule } from './rule.ts'

export interface ActionNode {
  readonly key: string
  readonly action: Json
}

export interface RuleForm {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  /** Undefined: every event. */
  readonly when: Group | undefined
  readonly actions: readonly ActionNode[]
}

export const actionNode = (action: Json): ActionNode => ({ key: newKey(), action })

export const ruleForm = (rule: Rule): RuleForm => ({
  id: rule.id,
  name: rule.name ?? '',
  enabled: rule.enabled !== false,
  when: rule.when === undefined ? undefined : formOf(rule.when),
  actions: rule.actions.map(actionNode),
})

export function ruleOfForm({ id, name, enabled, when, actions }: RuleForm): Rule {
  return {
    id,
    name: name.trim(),
    enabled,
    ...(when ? { when: conditionOf(when).condition } : {}),
    actions: actions.map(({ action }) => action),
  }
}

/** The form's own parts, for what is wrong with none of the tests and actions. */
export type Part = 'id' | 'name' | 'when' | 'actions' | 'rule'

/** By the key of a test or action, or by the part of the form. */
export function problemsByKey(
  form: RuleForm,
  problems: readonly Problem[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const paths = form.when ? conditionOf(form.when).paths : new Map<string, string>()
  for (const { path, message } of problems) {
    const [part = 'rule', ...rest] = path.split('.')
    const key = keyOf(part, rest)
    const said = found.get(key)
    found.set(key, said ? `${said} ${message}` : message)
  }
  return found

  function keyOf(part: string, rest: readonly string[]): string {
    if (part === 'when') return nodeAt(paths, rest.join('.')) ?? 'when'
    if (part === 'actions') return form.actions[Number(rest[0])]?.key ?? 'actions'
    return part === 'id' || part === 'name' ? part : 'rule'
  }
}
