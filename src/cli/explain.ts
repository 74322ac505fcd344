/** `twofold explain`: what is hashed for a value a person types. Nothing leaves the machine. */
import { hash } from 'node:crypto'
import type { Command } from 'commander'
import { callingCode } from '../event/calling-code.ts'
import { type Explanation, explain, isHashedKey } from '../event/explain.ts'
import type { HashedKey } from '../event/shape.ts'
import { declare } from './command.ts'
import { wrongUsage } from './exit.ts'
import { say, sayJson } from './output.ts'

interface Flags {
  readonly json?: true
  readonly country?: string
  readonly builderForms: boolean
}

/** In the order people look for them; the rarer ones last. */
const KEYS: readonly HashedKey[] = [
  'em',
  'ph',
  'fn',
  'ln',
  'ct',
  'st',
  'zp',
  'country',
  'db',
  'ge',
  'external_id',
  'f5first',
  'f5last',
  'fi',
  'dobd',
  'dobm',
  'doby',
  'app_user_id',
]

export function addExplain(program: Command): void {
  declare(program, 'explain <key> <value>', {
    description: 'Show the exact text that is hashed for a value, and its hashes. Nothing is sent.',
    examples: [
      'twofold explain em " Foo@X.com "',
      'twofold explain ph "0171 1234567" --country DE',
    ],
  })
    .option('--country <code>', 'completes a phone number without a country code, such as DE')
    .option('--no-builder-forms', "without the form of Meta's parameter builder")
    .action((key: string, value: string, flags: Flags) => {
      if (!isHashedKey(key)) {
        throw wrongUsage(`"${key}" is not a key that is hashed.`, `One of ${KEYS.join(', ')}.`)
      }
      const code = codeOf(flags.country)
      const explanation = explain(key, value, {
        builderForms: flags.builderForms,
        sha256: (text) => hash('sha256', text),
        ...(code ? { defaultCallingCode: code } : {}),
      })
      if (flags.json) sayJson(explanation)
      else for (const line of lines(explanation)) say(line)
    })
}

function codeOf(country: string | undefined): string | undefined {
  if (country === undefined) return undefined
  const code = callingCode(country.toUpperCase())
  if (code === undefined) throw wrongUsage(`"${country}" is not a country code such as DE or US.`)
  return code
}

const INPUT_WORDS = {
  empty: 'nothing: there is no value',
  clear: 'a value in clear',
  sha256: 'already a SHA-256: only lower-cased, never hashed twice',
  md5: 'an MD5, which nobody can match',
} as const

function lines({ key, input, rule, forms, sent, note, refused }: Explanation): string[] {
  const shown = forms.flatMap(({ name, text, sha256, sent: isSent }) => [
    '',
    `${name}${isSent ? '' : ' (not sent again)'}`,
    `  text    ${JSON.stringify(text)}`,
    `  sha256  ${sha256}`,
  ])
  return [
    `${key}: ${INPUT_WORDS[input]}.`,
    rule,
    ...shown,
    '',
    ...(refused
      ? [`Refused (${refused.code}): ${refused.title} ${refused.fix}`]
      : [`Sent as ${key}: ${sent.length > 0 ? sent.join(', ') : 'nothing'}`]),
    ...(note ? ['', note] : []),
  ]
}
