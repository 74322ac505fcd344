/** Routes about what is wrong with a dataset: list, look now, mute and unmute. */
import type { Finding, Mute } from '../quality/diagnostics/finding.ts'
import { muteOf } from '../quality/diagnostics/finding.ts'
import { PLATFORMS, type Snippets } from '../quality/diagnostics/snippets/snippets.ts'
import { CHECKS, checkOf } from '../quality/diagnostics/table.ts'
import type { DatasetFindings } from '../watch/view.ts'
import {
  diagnosticsQuerySchema,
  diagnosticsSchema,
  muteRequestSchema,
  unmuteRequestSchema,
} from './diagnostics-schemas.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import type { Diagnostic, DiagnosticsAnswer } from './types.ts'

const PATH = '/api/datasets/{id}/diagnostics'
const READ = { needs: 'read', on: 'dataset' } as const
const DEVELOP = { needs: 'develop', on: 'dataset' } as const
const FOUND = { status: 200, description: 'What was found.', schema: diagnosticsSchema }

export const diagnosticRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'What is wrong with the tracking, what it costs and how to mend it',
    description: 'Looked at about once a minute. docs/diagnostics.md lists every check.',
    query: diagnosticsQuerySchema,
    answer: FOUND,
    run: ({ id, query }, context): DiagnosticsAnswer => {
      const answer = view(id, context.diagnostics.of(id), context)
      const { state } = query
      if (state === 'all') return answer
      return { ...answer, findings: answer.findings.filter((one) => one.state === state) }
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/look`,
    auth: READ,
    history: null,
    summary: 'Look now',
    description:
      'After a fix, for example. 409 `busy` while another look is under way; asked again within ' +
      'five seconds, it answers what the last one found.',
    answer: FOUND,
    run: ({ id }, context) =>
      context.alone(`look ${id}`, async () =>
        view(id, await context.diagnostics.look(id), context),
      ),
  }),
  route({
    method: 'POST',
    path: `${PATH}/mute`,
    auth: DEVELOP,
    history: 'finding.muted',
    summary: 'Do not tell of a finding, or of a whole check',
    description: 'It is still counted and listed as muted; no alert is sent of it.',
    body: muteRequestSchema,
    answer: FOUND,
    run: async (call, context) => {
      const { target, until } = call.body
      const until_ms = until === null ? null : until * 1000
      const by = authorOf(call)
      const done = await context.diagnostics.mute(call.id, { target, until_ms, by })
      return view(call.id, done, context)
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/unmute`,
    auth: DEVELOP,
    history: 'finding.unmuted',
    summary: 'Tell of it again',
    body: unmuteRequestSchema,
    answer: FOUND,
    run: async ({ id, body }, context) =>
      view(id, await context.diagnostics.unmute(id, body.target), context),
  }),
]

function authorOf({ caller }: Call<unknown, unknown>): string {
  return caller.kind === 'nobody' ? 'nobody' : caller.name || caller.id
}

function view(id: string, book: DatasetFindings, context: Context): DiagnosticsAnswer {
  const { findings, mutes, looked_at_ms, took_ms } = book
  const shown = findings.map((finding) => viewFinding(finding, { id, mutes, context }))
  return {
    dataset_id: id,
    looked_at: looked_at_ms === undefined ? null : seconds(looked_at_ms),
    took_ms: took_ms ?? null,
    checks: CHECKS.length,
    open: shown.filter(({ state }) => state === 'open').length,
    muted: shown.filter(({ state }) => state === 'muted').length,
    findings: shown,
  }
}

interface Around {
  readonly id: string
  readonly mutes: readonly Mute[]
  readonly context: Context
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

function viewFinding(finding: Finding, { id, mutes, context }: Around): Diagnostic {
  const { subject, code, severity, words, affected, total, hours, money, share } = finding
  const check = checkOf(code)
  const mute = muteOf(finding, mutes, context.nowMs())
  return {
    ...{ id: finding.id, code, severity, affected, total, hours },
    title: check?.title ?? code,
    state: finding.state === 'open' && mute ? 'muted' : finding.state,
    about: check?.about ?? '',
    evidence: words,
    event_name: subject.event_name ?? null,
    side: subject.side ?? null,
    destination_id: subject.destination_id ?? null,
    key: subject.key ?? null,
    money: money.map((stake) => ({ ...stake })),
    share_of_money: share,
    first_seen: seconds(finding.first_seen_ms),
    opened: seconds(finding.opened_ms),
    last_seen: seconds(finding.last_seen_ms),
    resolved: finding.resolved_ms === undefined ? null : seconds(finding.resolved_ms),
    muted: mute
      ? {
          ...{ target: mute.target, by: mute.by, at: seconds(mute.at_ms) },
          until: mute.until_ms === null ? null : seconds(mute.until_ms),
        }
      : null,
    fix: { text: check?.fix ?? '', snippets: snippetsOf(check?.snippets, id, context.publicUrl) },
    samples: finding.samples.map(({ seq, event_name, event_id, received_at_ms }) => ({
      ...{ id: String(seq), event_name, event_id: event_id ?? null },
      received_at: seconds(received_at_ms),
    })),
  }
}

/** Ready to copy: with the dataset's id, and the server's address where it is known. */
function snippetsOf(
  snippets: Snippets | undefined,
  id: string,
  publicUrl: string | undefined,
): Diagnostic['fix']['snippets'] {
  return PLATFORMS.flatMap(([platform, title]) => {
    const text = snippets?.[platform]
    if (text === undefined) return []
    const code = text
      .replaceAll(/(?<!TEST_)DATASET_ID/g, id)
      .replaceAll('https://events.shop.example', publicUrl ?? 'https://events.shop.example')
    return [{ platform, title, code }]
  })
}
