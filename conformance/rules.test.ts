/** Runs rules.json: rules over a server event give exactly the event, the verdict or the finding. */
import { expect, test } from 'vitest'
import { expectedOf, type RuleExample, runExample } from './rules.fixture.ts'
import rules from './rules.json' with { type: 'json' }

const cases = rules.cases as unknown as readonly (RuleExample & { title: string })[]

test.each(cases)('$title', (example) => {
  expect(runExample(example)).toEqual(expectedOf(example))
})
