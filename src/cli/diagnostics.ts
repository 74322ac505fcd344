/** `twofold diagnostics [look|mute|unmute]`: what is wrong with a dataset and how to mend it. */
import type { Command } from 'commander'
import type { Diagnostic, DiagnosticsAnswer, MuteRequest } from '../api/types.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { wrongUsage } from './exit.ts'
import { countOf, plain, say, sayJson, time } from './output.ts'

interface Flags extends DatasetOptions {
  readonly all?: true
  readonly look?: true
  readonly for?: string
}

export function addDiagnostics(program: Command): void {
  const diagnostics = program
    .command('diagnostics')
    .description('What is wrong with the tracking, what it costs and how to mend it.')
  declareClient(diagnostics, 'list', {
    description: 'List what was found, the most money at stake first.',
    examples: ['twofold diagnostics list', 'twofold diagnostics list --look --all --json'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--all', 'also what is muted or resolved')
    .option('--look', 'look now, instead of showing the last look')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const path = `/api/datasets/${await datasetIdOf(client, flags)}/diagnostics`
      const answer = flags.look
        ? await client.json<DiagnosticsAnswer>('POST', `${path}/look`, {})
        : await client.json<DiagnosticsAnswer>('GET', path)
      const findings = answer.findings.filter(({ state }) => flags.all || state === 'open')
      if (flags.json) sayJson({ ...answer, findings })
      else tell(answer, findings)
    })
  addMute(diagnostics)
}

function addMute(diagnostics: Command): void {
  declareClient(diagnostics, 'mute <target>', {
    description: 'Do not tell of a finding (its id) or of a whole check (its code).',
    examples: [
      'twofold diagnostics mute missing_page',
      'twofold diagnostics mute constant_value --for 30d',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--for <span>', 'so long: 12h, 7d; else for ever')
    .action(async (target: string, flags: Flags) => {
      const client = clientOf(flags)
      const path = `/api/datasets/${await datasetIdOf(client, flags)}/diagnostics/mute`
      const until = flags.for === undefined ? null : Date.now() / 1000 + spanS(flags.for)
      const request: MuteRequest = { target, until: until && Math.floor(until) }
      const answer = await client.json<DiagnosticsAnswer>('POST', path, request)
      if (flags.json) sayJson(answer)
      else say(`${plain(target)} is muted ${until ? `until ${time(until)} UTC` : 'for ever'}.`)
    })
  declareClient(diagnostics, 'unmute <target>', {
    description: 'Tell of it again.',
    examples: ['twofold diagnostics unmute missing_page'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .action(async (target: string, flags: Flags) => {
      const client = clientOf(flags)
      const path = `/api/datasets/${await datasetIdOf(client, flags)}/diagnostics/unmute`
      const answer = await client.json<DiagnosticsAnswer>('POST', path, { target })
      if (flags.json) sayJson(answer)
      else say(`${plain(target)} is told of again.`)
    })
}

function spanS(text: string): number {
  const [, n = '', unit = ''] = /^(\d{1,5})([hd])$/.exec(text) ?? []
  if (!unit) throw wrongUsage('--for is a span such as 12h or 7d.')
  return Number(n) * (unit === 'h' ? 3600 : 86_400)
}

function tell(answer: DiagnosticsAnswer, findings: readonly Diagnostic[]): void {
  const { checks, looked_at, open, muted } = answer
  for (const one of findings) {
    const money = one.money.map(({ about, currency }) => `about ${about} ${currency}`).join(', ')
    const notes = [one.severity, one.state === 'open' ? '' : one.state, money].filter(Boolean)
    say(`${plain(one.title)} (${notes.join('; ')})`)
    say(`  ${plain(one.evidence)}`)
    say(`  ${plain(one.fix.text)}`)
    say(`  ${one.id}\n`)
  }
  const when = looked_at === null ? 'not looked at yet' : `looked at ${time(looked_at)} UTC`
  say(`${countOf(open, 'open finding')}, ${muted} muted; ${checks} checks, ${when}.`)
}
