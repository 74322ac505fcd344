/** Runs normalise.json, hash.json and disputed.json against the server's hash step. */
import { hash as digest } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hashUserData } from '../src/event/hash.ts'
import { hashValue } from '../src/event/hash-value.ts'
import { isMatchKey } from '../src/event/match-keys.ts'
import { normalise } from '../src/event/normalise.ts'
import { sha256 as browserSha256 } from '../src/event/sha256.ts'
import type { HashedKey, RawUserData } from '../src/event/shape.ts'
import disputed from './disputed.json' with { type: 'json' }
import hash from './hash.json' with { type: 'json' }
import normalised from './normalise.json' with { type: 'json' }

interface NormaliseCase {
  readonly key: HashedKey
  readonly input: string
  readonly calling_code?: string
  readonly documented: string | null
  readonly builder: string | null
  readonly unchanged?: string
}

interface HashCase {
  readonly name: string
  readonly key: HashedKey
  readonly values: readonly string[]
  readonly builder_forms: boolean
  readonly calling_code?: string
  readonly hashes: readonly string[]
  readonly findings: readonly string[]
  readonly pixel: boolean
}

const sha256 = (text: string): string => digest('sha256', text)
const normaliseCases = normalised.cases as readonly NormaliseCase[]
const hashCases = hash.cases as readonly HashCase[]

const callingCode = (code: string | undefined) => (code ? { defaultCallingCode: code } : {})
const rawOf = (key: string, values: readonly string[]) =>
  ({ [key]: values }) as unknown as RawUserData

describe('normalise.json', () => {
  test.each(normaliseCases)('$key $input $calling_code', (given) => {
    const { key, input, calling_code, ...forms } = given
    expect(normalise(key, input, callingCode(calling_code))).toEqual(forms)
  })
})

describe('hash.json, on the server', () => {
  test.each(hashCases)('$name', (given) => {
    const { userData, findings } = hashUserData(rawOf(given.key, given.values), {
      builderForms: given.builder_forms,
      sha256,
      ...callingCode(given.calling_code),
    })
    expect(userData[given.key] ?? []).toEqual(given.hashes)
    expect(findings).toEqual(given.findings.map((code) => ({ code, key: given.key })))
  })
})

/** The same function that the pixel bundles; test/browser runs the built pixel itself. */
describe('hash.json, as in the browser', () => {
  test.each(hashCases.filter(({ pixel }) => pixel))('$name', (given) => {
    const context = {
      builderForms: given.builder_forms,
      sha256: browserSha256,
      ...callingCode(given.calling_code),
    }
    const hashes = given.values.flatMap((value) => hashValue(given.key, value, context))
    expect([...new Set(hashes)]).toEqual(given.hashes)
  })
})

describe('disputed.json', () => {
  const examples = disputed.cases.flatMap(({ topic, examples }) =>
    examples.map((example) => ({ topic, ...example })),
  )
  test.each(examples)('$topic: $key $input', ({ key, input, forms }) => {
    const { userData } = hashUserData(rawOf(key, [input]), { builderForms: true, sha256 })
    expect(userData[key as HashedKey] ?? []).toEqual(forms.map(sha256))
  })

  test('every topic has an example under one of its keys', () => {
    for (const { keys, examples } of disputed.cases) {
      expect(examples.length).toBeGreaterThan(0)
      for (const { key } of examples) expect(keys).toContain(key)
    }
  })
})

test('every key that is hashed has vectors', () => {
  const covered = new Set(normaliseCases.map(({ key }) => key))
  expect(covered.size).toBe(18)
  expect([...covered].filter(isMatchKey)).toHaveLength(11)
})
