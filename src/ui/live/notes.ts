/** The findings of an event, each kind once, in words. Pure. */
import type { FindingView } from '../../api/types.ts'
import { FINDINGS } from '../../event/findings.ts'
import { CHANNEL_WORDS, matchKeyWords, readable } from '../words.ts'
import type { Row } from './rows.ts'

export interface Note {
  readonly code: string
  readonly title: string
  /** Whose reports it is about: "Browser, Server". */
  readonly channels: string
  readonly particulars: string
  readonly fix: string
}

const WORDS: Record<string, { readonly title: string; readonly fix: string }> = FINDINGS

export function notesOf({ legs }: Row): readonly Note[] {
  const found = legs.flatMap((leg) => leg.findings.map((finding) => ({ leg, finding })))
  const codes = [...new Set(found.map(({ finding }) => finding.code))]
  return codes.map((code) => {
    const same = found.filter(({ finding }) => finding.code === code)
    return {
      code,
      title: WORDS[code]?.title ?? readable(code),
      channels: [...new Set(same.map(({ leg }) => CHANNEL_WORDS[leg.channel]))].join(', '),
      particulars: particularsOf(same.map(({ finding }) => finding)),
      fix: WORDS[code]?.fix ?? '',
    }
  })
}

/** "E-mail, Phone." or "custom_data.value: browser said 30.5." */
function particularsOf(findings: readonly FindingView[]): string {
  const keys = distinct(findings.map(({ key }) => key && nameOf(key)))
  const others = distinct(
    findings.map(({ seq }) => (seq === undefined ? undefined : `event number ${seq}`)),
  )
  const details = distinct(findings.map(({ detail }) => detail?.replace(/\.$/, '')))
  const parts = [[...keys, ...others].join(', '), details.join('; ')].filter(Boolean)
  return parts.length > 0 ? `${parts.join(': ')}.` : ''
}

const nameOf = (key: string): string =>
  key.includes('.') ? key : matchKeyWords(key).replace(' (hashed)', '')

/** Each text once, without the missing ones. */
const distinct = (texts: readonly (string | undefined)[]): string[] => [
  ...new Set(texts.filter((text): text is string => Boolean(text))),
]
