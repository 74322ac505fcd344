import { describe, expect, it } from 'vitest'
import { chosenServer, SERVER_NAMES } from './server-names.ts'
import { type Means, SERVERS } from './servers.ts'
import { EXAMPLE_ID, ORDER } from './snippets.ts'

const context = { origin: 'https://events.shop.example:8443', datasetId: '581', token: 'T0KEN' }
const LANGUAGES = ['node', 'php', 'python', 'ruby', 'java'] as const
const CASES = LANGUAGES.flatMap((name) =>
  SERVERS[name]
    .means(context.origin)
    .map((means): [string, (typeof LANGUAGES)[number], Means] => [
      `${name}, ${means}`,
      name,
      means,
    ]),
)

const ORDER_IN = {
  node: "'1001'",
  php: "order = '1001'",
  ruby: "order = '1001'",
  python: 'order = "1001"',
  java: 'order = "1001"',
} as const

describe('the code for a server', () => {
  it.each(CASES)('%s: one whole sale of this dataset, to this address', (_, name, means) => {
    const { code } = SERVERS[name].code(context, means)
    expect(code).toContain('events.shop.example:8443')
    expect(code).toContain(context.datasetId)
    expect(code).toContain(ORDER_IN[name])
    for (const part of [
      'Purchase',
      '30.5',
      'EUR',
      'jo@example.com',
      '203.0.113.7',
      'Mozilla/5.0',
      'fb.1.1789000000000.1098115397',
      'fb.1.1789000000000.EXAMPLE_CLICK',
      'https://shop.example/thank-you',
    ]) {
      expect(code).toContain(part)
    }
    expect(code).not.toMatch(/undefined|\[object/)
  })

  it.each(CASES)('%s: makes the id that the browser makes', (_, name, means) => {
    expect(EXAMPLE_ID).toBe(`purchase:${ORDER}`)
    expect(SERVERS[name].code(context, means).code).toMatch(/["' ]purchase:/)
  })

  it.each(CASES)('%s: reads the token from the environment', (_, name, means) => {
    const { code, shell } = SERVERS[name].code(context, means)
    expect(code).toContain('TWOFOLD_TOKEN')
    expect(code).not.toContain(context.token)
    expect(shell).toContain("export TWOFOLD_TOKEN='T0KEN'\n")
  })

  it('says what to install only with the SDK', () => {
    const shell = (means: Means) => SERVERS.php.code(context, means).shell
    expect(shell('sdk')).toMatch(/^composer require facebook\/php-business-sdk\n/)
    expect(shell('http')).not.toContain('composer')
    const node = SERVERS.node.code(context, 'twofold').shell
    expect(node).toContain(`${context.origin}/sdk.tgz\nnpm install ./twofold-sdk.tgz\n`)
  })

  it.each([
    ['node', ['twofold', 'sdk']],
    ['php', ['sdk', 'http']],
    ['python', ['sdk', 'http']],
    ['ruby', ['http']],
    ['java', ['http']],
  ] as const)('%s at an http address: %j', (name, means) => {
    expect(SERVERS[name].means('http://127.0.0.1:8080')).toEqual(means)
    const everything = name === 'node' ? means : ['sdk', 'http']
    expect(SERVERS[name].means(context.origin)).toEqual(everything)
  })
})

describe('the language in the address', () => {
  it('may be each but curl, which stands there anyway', () => {
    expect(SERVER_NAMES.map(chosenServer)).toEqual([undefined, ...SERVER_NAMES.slice(1)])
  })

  it.each(['cobol', '', 7, undefined])('is left out when it is %s', (value) => {
    expect(chosenServer(value)).toBeUndefined()
  })
})
