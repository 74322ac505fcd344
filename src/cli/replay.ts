/**
 * `twofold replay`: stored events once more through rules and settings. A dry run shows what would
 * change; otherwise they are sent, under the same ids. The server does the work; this waits for it.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import type { ReplayAnswer, ReplayRequest } from '../api/types.ts'
import { type Client, parse } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { CliError, EXIT, systemCode, wrongUsage } from './exit.ts'
import { parseMoment } from './moment.ts'
import { count, countOf, plain, say, sayJson, table, time } from './output.ts'
import { startProgress } from './progress.ts'
import { readRules } from './rules.ts'

interface Flags extends DatasetOptions {
  readonly destination: string
  readonly from: string
  readonly to?: string
  readonly event?: readonly string[]
  readonly state?: readonly string[]
  readonly rules?: string
  readonly settings?: string
  readonly again?: true
  readonly dryRun?: true
}

/** Between two looks at how far it is. */
const LOOK_MS = 300

export function addReplay(program: Command): void {
  declareClient(program, 'replay', {
    description:
      'Send stored events to a destination (again), or show with --dry-run what would change. ' +
      'They leave under the rules and settings in force, with the ids they have.',
    examples: [
      'twofold replay --destination d_k3f9ab --from 2026-11-01 --to now --event Purchase --dry-run',
      'twofold replay --destination d_k3f9ab --from 2d --dry-run --rules draft.json',
      'twofold replay --destination d_k3f9ab --from 2d --state never_sent --state rejected',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .requiredOption('--destination <id>', 'where they go')
    .requiredOption('--from <moment>', 'received from then on: a date, unix seconds, or 2d')
    .option('--to <moment>', 'received before then', 'now')
    .option('--event <name...>', 'only events of this name; may be repeated')
    .option('--state <state...>', 'never_sent, delivered, rejected, held or any (default: any)')
    .option('--rules <file>', 'with --dry-run: these rules; else published, or none: as stored')
    .option('--settings <file>', 'with --dry-run: changed settings of the destination, as JSON')
    .option('--again', 'send delivered ones once more')
    .option('--dry-run', 'send nothing, only show')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const asked = requestOf(flags, Date.now() / 1000)
      const path = `/api/datasets/${await datasetIdOf(client, flags)}/replays`
      const answer = await finished(client, path, asked)
      if (flags.json) sayJson(answer)
      else for (const line of linesOf(answer)) say(line)
      refuseUnfinished(answer)
    })
}

function requestOf(flags: Flags, nowS: number): ReplayRequest {
  const { rules, settings, dryRun = false, to = 'now' } = flags
  if (!dryRun && (settings !== undefined || isFile(rules))) {
    const flag = settings === undefined ? '--rules FILE' : '--settings'
    const fix = 'Add --dry-run, or put them in force first: what is in force is what is sent.'
    throw wrongUsage(`${flag} can only be looked at.`, fix)
  }
  return {
    destination_id: flags.destination,
    from: parseMoment(flags.from, nowS),
    // Up to and with the present second.
    ...(to === 'now' ? {} : { to: parseMoment(to, nowS) }),
    ...(flags.event ? { event_names: [...flags.event] } : {}),
    ...(flags.state ? { states: flags.state as NonNullable<ReplayRequest['states']> } : {}),
    ...(rules === undefined ? {} : { rules: (isFile(rules) ? readRules(rules) : rules) as never }),
    ...(settings === undefined ? {} : { settings: readSettings(settings) }),
    again: flags.again ?? false,
    dry_run: dryRun,
  }
}

function isFile(rules: string | undefined): rules is string {
  return rules !== undefined && rules !== 'published' && rules !== 'none'
}

function readSettings(file: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw wrongUsage(`${file} cannot be read (${systemCode(error) ?? error}).`)
  }
  const settings = parse(text)
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) {
    return settings as Record<string, unknown>
  }
  throw wrongUsage(
    `${file} holds no settings.`,
    'Give a JSON object such as {"api_version":"v25.0"}.',
  )
}

/** Ctrl-C stops the replay on the server too. */
async function finished(client: Client, path: string, asked: ReplayRequest): Promise<ReplayAnswer> {
  let replay = await client.json<ReplayAnswer>('POST', path, asked)
  const own = `${path}/${replay.replay_id}`
  const stop = (): void => {
    client.json('DELETE', own).catch(() => process.exit(EXIT.failed))
  }
  process.once('SIGINT', stop)
  const progress = startProgress('Replaying', replay.expected)
  try {
    while (replay.state === 'running') {
      await pause(LOOK_MS)
      replay = await client.json<ReplayAnswer>('GET', own)
      const { scanned } = replay.counts
      progress.show(scanned, `${count(scanned)} of about ${countOf(replay.expected, 'event')}`)
    }
  } finally {
    progress.end()
    process.off('SIGINT', stop)
  }
  return replay
}

function refuseUnfinished({ state, error, dry_run, enqueued }: ReplayAnswer): void {
  if (state === 'done') return
  const sent = dry_run ? '' : ` ${copies(enqueued)} went on before.`
  throw new CliError(EXIT.failed, error?.code ?? 'cancelled', {
    message: `${error?.detail ?? 'It was stopped.'}${sent}`,
    fix: 'Start it again: what was handed over is not handed over twice.',
  })
}

const SHOWN_FIELDS = 20
const SHOWN_SAMPLES = 5

function linesOf(replay: ReplayAnswer): string[] {
  const { counts, by_field, samples, warnings, dry_run, enqueued, from, to } = replay
  const under = { published: 'the published rules', none: 'no rules', draft: 'the given rules' }
  const version = replay.rules_version === null ? '' : ` (version ${replay.rules_version})`
  const window = `${time(from)} to ${time(to)} UTC`
  return [
    `${dry_run ? 'Dry run: nothing is sent. ' : ''}Received ${window}, under ` +
      `${under[replay.rules]}${version}${replay.settings_changed ? ' and the given settings' : ''}.`,
    '',
    table(rowsOf(counts), [1]),
    ...(dry_run ? [] : ['', `${copies(enqueued)} went on to the relay, which sends them.`]),
    ...(by_field.length > 0 ? ['', fieldsOf(by_field)] : []),
    ...samples.slice(0, SHOWN_SAMPLES).flatMap(sampleLines),
    ...(warnings.length > 0 ? [''] : []),
    ...warnings.map(({ detail }) => plain(`! ${detail}`)),
  ]
}

const copies = (n: number): string => `${count(n)} ${n === 1 ? 'copy' : 'copies'}`

function rowsOf(counts: ReplayAnswer['counts']): string[][] {
  const rows: [string, number][] = [
    ['looked at', counts.scanned],
    ['match', counts.matching],
    ['  to be sent', counts.would_send],
    ['  delivered already', counts.already_delivered],
    ['  on their way already', counts.waiting],
    ['  dropped by the rules', counts.dropped_by_rules],
    ['  too old', counts.too_old],
    ...counts.not_accepted.map(({ reason, events }): [string, number] => [
      `  not for it: ${plain(reason)}`,
      events,
    ]),
    ['would leave changed', counts.changed],
    ['would leave as stored', counts.unchanged],
  ]
  return [['events', ''], ...rows.map(([name, n]) => [name, count(n)])]
}

function fieldsOf(by_field: ReplayAnswer['by_field']): string {
  const rows = by_field
    .slice(0, SHOWN_FIELDS)
    .map(({ field, changed }) => [plain(field), count(changed)])
  return table([['field that changes', 'events'], ...rows], [1])
}

function sampleLines({ seq, event_name, event_id, changes }: ReplayAnswer['samples'][number]) {
  return [
    '',
    plain(`${seq}  ${event_name}  ${event_id}`),
    ...changes.map(({ field, before, after }) =>
      plain(`  ${field}: ${wordOf(before)} -> ${wordOf(after)}`),
    ),
  ]
}

const wordOf = (value: unknown): string => (value === null ? '(nothing)' : JSON.stringify(value))
