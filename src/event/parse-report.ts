/**
 * What one parse has to say: the findings of an event and, when it must be refused, the first
 * problem in Meta's order of checks. Readers (parse-*.ts) get it passed and go on after a problem;
 * parse.ts looks at the end. Nothing said here may repeat a value: values can be personal data.
 */
import { EVENT_CHARS_MAX, FINDINGS_PER_LEG_MAX } from './bounds.ts'
import type { FindingCode, KnownFinding } from './findings.ts'
import type { Problem, ProblemReason } from './problems.ts'

/** Objections whose finding and problem do not share a name. */
const REASON_OF = {
  invalid_value: 'invalid_parameter',
  value_repaired: 'invalid_parameter',
  unknown_currency: 'invalid_parameter',
} as const satisfies { readonly [C in FindingCode]?: ProblemReason }

/** What is refused in `meta` mode and a finding in `lenient` mode. */
export type Objection = (FindingCode & ProblemReason) | keyof typeof REASON_OF

export class Report {
  readonly index: number
  readonly strict: boolean
  readonly findings: KnownFinding[] = []
  problem: Problem | undefined
  private chars = 0

  constructor(index: number, strict: boolean) {
    this.index = index
    this.strict = strict
  }

  /** `key` is the path below the event; `detail` says what exactly, never the value itself. */
  note(code: FindingCode, key: string, detail: string): void {
    if (this.findings.length < FINDINGS_PER_LEG_MAX) this.findings.push({ code, key, detail })
  }

  /** Unusable in either mode. The first problem wins. `what` continues the sentence "data[3].key". */
  refuse(reason: ProblemReason, key: string, what: string): void {
    this.problem ??= { reason, index: this.index, key, message: `${this.path(key)} ${what}` }
  }

  /** Meta would refuse it, we can still count it: a problem in `meta` mode, else a finding. */
  object(code: Objection, key: string, what: string): void {
    if (!this.strict) this.note(code, key, what)
    else
      this.refuse(
        code in REASON_OF ? REASON_OF[code as keyof typeof REASON_OF] : (code as ProblemReason),
        key,
        what,
      )
  }

  /** A key outside the contract: kept out, or refused in the words of Meta's own answer. */
  unexpectedKey(parent: string, key: string): void {
    const path = pathOf(parent, key)
    if (!this.strict) {
      this.note('unexpected_key', path, 'is not part of the contract')
      return
    }
    const param = this.jsonPath(parent)
    const message = `Unexpected key "${printable(key)}" on param "${param}": remove it.`
    this.problem ??= { reason: 'unexpected_key', index: this.index, key: path, message }
  }

  /** Charges kept text to the event's budget. */
  spend(chars: number): void {
    this.chars += chars
    if (this.chars > EVENT_CHARS_MAX) {
      this.refuse('event_too_large', '', `is larger than ${EVENT_CHARS_MAX} characters.`)
    }
  }

  private path(key: string): string {
    return key ? `data[${this.index}].${key}` : `data[${this.index}]`
  }

  /** `custom_data.contents[0]` -> `$['data'][3]['custom_data']['contents'][0]`. */
  private jsonPath(parent: string): string {
    const steps = parent.replace(/([A-Za-z_]+)\.?/g, "['$1']")
    return `$['data'][${this.index}]${steps}`
  }
}

/** The path of a key that the sender named, fit for a message. */
export function pathOf(parent: string, key: string): string {
  return parent ? `${parent}.${printable(key)}` : printable(key)
}

/** A name that does not look like a key might be somebody's address. */
function printable(key: string): string {
  return /^[A-Za-z_$][\w$-]{0,63}$/.test(key) ? key : '(unprintable)'
}
