/**
 * The consent rules of a dataset as a form holds them: `eea unknown drop` as its three parts. Pure.
 * What is none of them is kept as it stands, so that a newer server's rules are never lost.
 */
export interface ConsentRule {
  readonly region: string
  readonly said: string
  readonly action: string
}

export function consentRuleOf(text: string): ConsentRule {
  const [region = '', said = '', ...rest] = text.trim().split(/\s+/)
  return { region, said, action: rest.join(' ') }
}

export const consentRuleText = ({ region, said, action }: ConsentRule): string =>
  [region.trim().toLowerCase(), said, action].filter(Boolean).join(' ')

export const NEW_CONSENT_RULE: ConsentRule = { region: 'eea', said: 'unknown', action: 'anonymous' }

export const SAID_WORDS: Readonly<Record<string, string>> = {
  denied: 'who refuse',
  unknown: 'who say nothing',
}

/** What happens with an event, for the settings and their exceptions by region. */
export const CONSENT_ACTION_WORDS: Readonly<Record<string, string>> = {
  keep: 'Count and send',
  limit: 'Send for limited use',
  anonymous: 'Count without identifiers',
  drop: 'Do not count',
}

/** To keep events of people who refused is no choice. */
export const actionsFor = (said: string): readonly string[] =>
  Object.keys(CONSENT_ACTION_WORDS).filter((action) => action !== 'keep' || said === 'unknown')
