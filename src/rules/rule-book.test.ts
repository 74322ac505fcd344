import { describe, expect, it } from 'vitest'
import { sha256 } from '../event/sha256.ts'
import { RULE_VERSIONS_MAX } from '../limits.ts'
import { type Rule, ruleSchema } from './rule.ts'
import { createRuleBook, type RuleBook } from './rule-book.ts'
import type { Document, RuleStore } from './rule-history.ts'
import { createRulesInForce, type RulesInForce } from './rules-in-force.ts'

const author = { name: 'Ann', token_id: 'tok_1' }
const rules = (id: string): Rule[] => [ruleSchema.parse({ id, actions: [{ do: 'drop' }] })]

/** What a store keeps: JSON, by kind and id. */
function shelf(): RuleStore & { fail: boolean; documents: () => Document[] } {
  const kept = new Map<string, Document>()
  return {
    fail: false,
    documents: () => [...kept.values()],
    getSettings: async (kind) => [...kept.values()].filter((one) => one.kind === kind),
    async putSettings(documents) {
      if (this.fail) throw new Error('disk')
      for (const { kind, id, value } of documents) {
        if (value === undefined) kept.delete(`${kind} ${id}`)
        else kept.set(`${kind} ${id}`, { kind, id, value: JSON.parse(JSON.stringify(value)) })
      }
    },
  }
}

type Opened = RuleBook & { rulesOf: RulesInForce['of'] }

async function open(store: RuleStore): Promise<Opened> {
  const inForce = createRulesInForce(sha256)
  const book = await createRuleBook({
    getSettings: (kind) => store.getSettings(kind),
    putSettings: (documents) => store.putSettings(documents),
    nowMs: () => 1000,
    onPublished: inForce.set,
  })
  return { ...book, rulesOf: inForce.of }
}

const idsOf = (book: Opened, dataset = '1'): string[] | undefined =>
  book.rulesOf(dataset)?.rules.map(({ id }) => id)

describe('publishing', () => {
  it('puts a draft in force only when it is published, as the next version', async () => {
    const store = shelf()
    const book = await open(store)
    await book.saveDraft('1', { rules: rules('a'), author })
    expect(book.rulesOf('1')).toBeUndefined()
    const made = await book.publish('1', { author, note: 'first' })
    expect(made).toMatchObject({ version: 1, author, note: 'first', at_ms: 1000 })
    expect([idsOf(book), book.rulesOf('1')?.version]).toEqual([['a'], 1])
    expect(book.state('1').draft).toBeUndefined()
    expect(book.rulesOf('2')).toBeUndefined()
    expect(idsOf(await open(store))).toEqual(['a'])
  })

  it('of given rules leaves the draft of somebody else alone', async () => {
    const book = await open(shelf())
    await book.saveDraft('1', { rules: rules('theirs'), author })
    await book.publish('1', { rules: rules('mine'), author, note: '' })
    expect(idsOf(book)).toEqual(['mine'])
    expect(book.state('1').draft?.rules).toMatchObject([{ id: 'theirs' }])
  })

  it('an empty list ends all rules', async () => {
    const book = await open(shelf())
    await book.publish('1', { rules: rules('a'), author, note: '' })
    await book.publish('1', { rules: [], author, note: '' })
    expect(book.rulesOf('1')).toBeUndefined()
  })

  it('without rules and draft is refused', async () => {
    const book = await open(shelf())
    const published = book.publish('1', { author, note: '' })
    await expect(published).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('changes nothing in force when it could not be stored', async () => {
    const store = shelf()
    const book = await open(store)
    await book.publish('1', { rules: rules('a'), author, note: '' })
    store.fail = true
    await expect(book.publish('1', { rules: rules('b'), author, note: '' })).rejects.toThrow('disk')
    expect([idsOf(book), book.state('1').revision]).toEqual([['a'], 1])
  })
})

describe('two people', () => {
  it('the later one is told instead of overwriting the earlier', async () => {
    const book = await open(shelf())
    const { revision } = book.state('1')
    await book.saveDraft('1', { rules: rules('ann'), author, revision })
    const late = book.saveDraft('1', { rules: rules('bob'), author, revision })
    await expect(late).rejects.toMatchObject({ code: 'rules_changed' })
    expect(book.state('1').draft?.rules).toMatchObject([{ id: 'ann' }])
  })

  it('who publish at once get two versions, in order', async () => {
    const book = await open(shelf())
    const made = await Promise.all(
      ['a', 'b', 'c'].map((id) => book.publish('1', { rules: rules(id), author, note: '' })),
    )
    expect(made.map(({ version }) => version)).toEqual([1, 2, 3])
    expect(idsOf(book)).toEqual(['c'])
  })
})

describe('versions', () => {
  it('a roll-back publishes the old rules as a new version', async () => {
    const book = await open(shelf())
    await book.publish('1', { rules: rules('a'), author, note: '' })
    await book.publish('1', { rules: rules('b'), author, note: '' })
    const back = await book.rollBack('1', { version: 1, author, note: 'too wide' })
    expect(back).toMatchObject({ version: 3, of_version: 1, note: 'too wide' })
    expect(idsOf(book)).toEqual(['a'])
    expect((await book.versions('1')).map(({ version }) => version)).toEqual([3, 2, 1])
    const gone = book.rollBack('1', { version: 9, author, note: '' })
    await expect(gone).rejects.toMatchObject({ code: 'rules_version_not_found' })
  })

  it('are kept up to a bound, and numbers never come twice', async () => {
    const book = await open(shelf())
    for (let n = 0; n < RULE_VERSIONS_MAX + 3; n++) {
      await book.publish('1', { rules: rules(`r${n}`), author, note: '' })
    }
    const numbers = (await book.versions('1')).map(({ version }) => version)
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([
      RULE_VERSIONS_MAX,
      RULE_VERSIONS_MAX + 3,
      4,
    ])
  })

  it('go with their dataset', async () => {
    const store = shelf()
    const book = await open(store)
    await book.publish('1', { rules: rules('a'), author, note: '' })
    await book.publish('2', { rules: rules('b'), author, note: '' })
    await book.forget('1')
    expect(book.rulesOf('1')).toBeUndefined()
    expect(store.documents().map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'rules 2',
      'rules:2 1',
    ])
  })
})

it('rules of an older program that cannot be read run as rules that fail, and are not repeated', async () => {
  const store = shelf()
  const stored = { version: 1, rules: [{ id: 'old', do: '?' }], author, at_ms: 1, note: '' }
  await store.putSettings([
    { kind: 'rules', id: '1', value: { published: stored, revision: 1 } },
    { kind: 'rules:1', id: '1', value: stored },
  ])
  const book = await open(store)
  expect(idsOf(book)).toEqual(['old'])
  const back = book.rollBack('1', { version: 1, author, note: '' })
  await expect(back).rejects.toMatchObject({ code: 'invalid_request' })
})
