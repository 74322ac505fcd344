import { describe, expect, it } from 'vitest'
import { datasetSettingsSchema } from '../../event/dataset.ts'
import {
  actionsFor,
  consentRuleOf,
  consentRuleText,
  NEW_CONSENT_RULE,
  SAID_WORDS,
} from './consent-rules.ts'

const accepts = (rule: string): boolean =>
  datasetSettingsSchema.safeParse({ name: 'Shop', consent_rules: [rule] }).success

describe('a consent rule', () => {
  it.each(['eea unknown drop', 'us-ca denied limit', 'other unknown keep', 'odd'])(
    'comes back as it was: %s',
    (text) => {
      expect(consentRuleText(consentRuleOf(text))).toBe(text)
    },
  )

  it('is one the server takes, whatever is chosen', () => {
    const texts = Object.keys(SAID_WORDS).flatMap((said) =>
      actionsFor(said).map((action) => consentRuleText({ region: 'US-CA', said, action })),
    )
    expect([...texts, consentRuleText(NEW_CONSENT_RULE)].filter((text) => !accepts(text))).toEqual(
      [],
    )
    expect(accepts('de denied keep')).toBe(false)
  })
})
