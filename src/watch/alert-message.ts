/**
 * The words of an alert: one subject and one text for e-mail, one object for the webhook. Names
 * come from senders, so control characters are taken out. Pure.
 */
import { ALERT_FINDINGS_MAX } from '../diagnostic-limits.ts'
import type { Finding } from '../quality/diagnostics/finding.ts'
import { checkOf } from '../quality/diagnostics/table.ts'

export interface AlertMessage {
  readonly kind: 'alert' | 'digest' | 'test'
  readonly subject: string
  readonly text: string
  /** Body of the webhook. */
  readonly body: unknown
  readonly findings: readonly string[]
}

export interface AlertAbout {
  readonly dataset: { readonly dataset_id: string; readonly name: string }
  /** Of the Events Manager; undefined where it is not known. */
  readonly publicUrl: string | undefined
  readonly nowMs: number
}

export function alertMessage(opened: readonly Finding[], about: AlertAbout): AlertMessage {
  const [first] = opened
  const name = plain(about.dataset.name)
  const more = opened.length > 1 ? ` and ${opened.length - 1} more` : ''
  return messageOf('alert', {
    subject: `${name}: ${first ? titleOf(first) : 'nothing'}${more}`,
    lead: `Twofold found something wrong with the tracking of ${name}.`,
    opened,
    resolved: [],
    about,
  })
}

export function digestMessage(
  opened: readonly Finding[],
  resolved: readonly Finding[],
  about: AlertAbout,
): AlertMessage {
  const name = plain(about.dataset.name)
  const parts = [
    ...(opened.length > 0 ? [`${opened.length} new`] : []),
    ...(resolved.length > 0 ? [`${resolved.length} resolved`] : []),
  ]
  return messageOf('digest', {
    subject: `${name}: ${parts.join(', ')}`,
    lead: `What changed in the tracking of ${name} since yesterday.`,
    ...{ opened, resolved, about },
  })
}

export function testMessage(about: AlertAbout): AlertMessage {
  const name = plain(about.dataset.name)
  return messageOf('test', {
    subject: `${name}: a test of your alerts`,
    lead: `This is a test. Alerts about ${name} arrive here.`,
    ...{ opened: [], resolved: [], about },
  })
}

interface Parts {
  readonly subject: string
  readonly lead: string
  readonly opened: readonly Finding[]
  readonly resolved: readonly Finding[]
  readonly about: AlertAbout
}

function messageOf(kind: AlertMessage['kind'], parts: Parts): AlertMessage {
  const { subject, lead, opened, resolved, about } = parts
  const { dataset_id, name } = about.dataset
  const link = about.publicUrl && `${about.publicUrl}/datasets/${dataset_id}/diagnostics`
  const text = [
    lead,
    ...opened.slice(0, ALERT_FINDINGS_MAX).map(paragraph),
    ...(opened.length > ALERT_FINDINGS_MAX
      ? [`And ${opened.length - ALERT_FINDINGS_MAX} more.`]
      : []),
    ...(resolved.length > 0
      ? [`Resolved:\n${resolved.map((one) => `- ${titleOf(one)}`).join('\n')}`]
      : []),
    link ? `All of it: ${link}` : 'All of it is in the Events Manager, under Diagnostics.',
    'To be told less: mute a finding, or change the alerts of this dataset.',
  ].join('\n\n')
  return {
    ...{ kind, subject, text },
    body: {
      type: `diagnostics.${kind}`,
      timestamp: new Date(about.nowMs).toISOString(),
      data: {
        ...{ dataset_id, name: plain(name), link: link ?? null },
        opened: opened.map(view),
        resolved: resolved.map(view),
      },
    },
    findings: [...opened, ...resolved].map(({ id }) => id),
  }
}

function paragraph(finding: Finding): string {
  const check = checkOf(finding.code)
  const money = finding.money.map(({ about, currency }) => `${about} ${currency}`).join(' and ')
  return [
    titleOf(finding).toUpperCase(),
    plain(finding.words),
    ...(money ? [`About ${money} at stake (estimate).`] : []),
    ...(check ? [`What to do: ${check.fix}`] : []),
  ].join('\n')
}

function view({ id, code, severity, words, affected, total, hours, money }: Finding) {
  return {
    ...{ id, code, severity, affected, total, hours, money },
    title: checkOf(code)?.title ?? code,
    evidence: plain(words),
  }
}

const titleOf = ({ code }: Finding): string => checkOf(code)?.title ?? code

const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ')
