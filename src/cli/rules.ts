/**
 * `twofold rules show|try|publish|versions|rollback`: the rules of a dataset from the command line.
 * A file holds a JSON list of rules, or an object with the list under `rules`, as `show --json`
 * prints it.
 */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { RuleState, RuleTrial, RuleVersionsAnswer, RuleVersionView } from '../api/types.ts'
import { type Client, parse } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { systemCode, wrongUsage } from './exit.ts'
import { count, countOf, plain, say, sayJson, table, time } from './output.ts'

type Flags = DatasetOptions & {
  readonly file?: string
  readonly version?: string
  readonly draft?: true
  readonly note?: string
  readonly last?: string
  readonly to?: string
}

const FILE_FLAGS = '-f, --file <file>'

export function addRules(program: Command): void {
  const rules = program
    .command('rules')
    .description('Filter, map and route events by rules: look, try, publish, go back.')
  addShow(rules)
  addTry(rules)
  addPublish(rules)
  addVersions(rules)
  addRollback(rules)
}

function addShow(parent: Command): void {
  declareClient(parent, 'show', {
    description: 'Show the rules in force, with what each did in the last 7 days.',
    examples: ['twofold rules show', 'twofold rules show --json > rules.json'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--version <number>', 'an earlier version')
    .option('--draft', 'the draft')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const path = await pathOf(client, flags)
      if (flags.version !== undefined) {
        const version = numberOf('--version', flags.version)
        return showVersion(await client.json('GET', `${path}/versions/${version}`), flags)
      }
      const state = await client.json<RuleState>('GET', path)
      if (!flags.draft && state.published) return showVersion(state.published, flags, state)
      if (flags.draft && state.draft) return showDraft(state.draft, flags)
      if (flags.json) return sayJson({ rules: [] })
      say(flags.draft ? 'There is no draft.' : 'No rules: every event goes on as it comes.')
    })
}

function addTry(parent: Command): void {
  declareClient(parent, 'try', {
    description: 'Show what rules would change in the latest stored reports. Nothing is stored.',
    examples: ['twofold rules try --file rules.json', 'twofold rules try --last 5000 --json'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option(FILE_FLAGS, 'the rules; else the draft, else the published ones. - is stdin')
    .option('--last <number>', 'how many reports, up to 5000', '1000')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const trial = await client.json<RuleTrial>('POST', `${await pathOf(client, flags)}/try`, {
        ...(flags.file === undefined ? {} : { rules: readRules(flags.file) }),
        last: numberOf('--last', flags.last ?? '1000'),
      })
      if (flags.json) return sayJson(trial)
      for (const line of trialLines(trial)) say(line)
    })
}

function addPublish(parent: Command): void {
  declareClient(parent, 'publish', {
    description: 'Publish rules as a new version, in force from the next event on.',
    examples: ['twofold rules publish --file rules.json --note "Leave out test orders"'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option(FILE_FLAGS, 'the rules; else the draft is published. - is stdin')
    .option('--note <text>', 'why, for whoever reads the versions')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const path = `${await pathOf(client, flags)}/publish`
      const made = await client.json<RuleVersionView>('POST', path, {
        ...(flags.file === undefined ? {} : { rules: readRules(flags.file) }),
        ...(flags.note === undefined ? {} : { note: flags.note }),
      })
      if (flags.json) sayJson(made)
      else say(`Published version ${made.version}: ${countOf(made.rules.length, 'rule')}.`)
    })
}

function addVersions(parent: Command): void {
  declareClient(parent, 'versions', {
    description: 'List the published versions, the newest first.',
    examples: ['twofold rules versions', 'twofold rules versions --json'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const path = `${await pathOf(client, flags)}/versions`
      const answer = await client.json<RuleVersionsAnswer>('GET', path)
      if (flags.json) return sayJson(answer)
      if (answer.versions.length === 0) return say('Nothing was published yet.')
      const rows = answer.versions.map((one) => [
        String(one.version),
        `${time(one.published_at)} UTC`,
        plain(one.author.name),
        String(one.rule_count),
        plain(noteOf(one)),
      ])
      say(table([['version', 'published', 'by', 'rules', 'note'], ...rows], [0, 3]))
    })
}

function noteOf({ of_version, note }: RuleVersionsAnswer['versions'][number]): string {
  if (of_version === null) return note
  return `${of_version === 0 ? 'no rules, as before version 1' : `as version ${of_version}`}. ${note}`
}

function addRollback(parent: Command): void {
  declareClient(parent, 'rollback', {
    description: 'Go back: publish an earlier version as a new one.',
    examples: [
      'twofold rules rollback --to 3 --note "The drop rule was too wide"',
      'twofold rules rollback --to 0',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .requiredOption('--to <version>', 'the version to go back to; 0: no rules, as before the first')
    .option('--note <text>', 'why, for whoever reads the versions')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const path = `${await pathOf(client, flags)}/rollback`
      const made = await client.json<RuleVersionView>('POST', path, {
        version: flags.to === '0' ? 0 : numberOf('--to', flags.to ?? ''),
        ...(flags.note === undefined ? {} : { note: flags.note }),
      })
      if (flags.json) sayJson(made)
      else if (made.of_version === 0) say(`Version ${made.version} has no rules and is in force.`)
      else say(`Version ${made.version} repeats version ${made.of_version} and is in force.`)
    })
}

async function pathOf(client: Client, flags: Flags): Promise<string> {
  return `/api/datasets/${await datasetIdOf(client, flags)}/rules`
}

function numberOf(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw wrongUsage(`${flag} is a number such as 3, not "${text}".`)
}

/** Also for a replay. */
export function readRules(file: string): unknown {
  const parsed = parse(readText(file))
  const rules = Array.isArray(parsed) ? parsed : (parsed as { rules?: unknown } | undefined)?.rules
  if (Array.isArray(rules)) return rules
  const fix = 'Give a JSON list of rules, or {"rules":[...]} as `twofold rules show --json` prints.'
  throw wrongUsage(`${file === '-' ? 'stdin' : file} holds no rules.`, fix)
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw wrongUsage(`${file} cannot be read (${systemCode(error) ?? error}).`)
  }
}

function showVersion(made: RuleVersionView, { json }: Flags, state?: RuleState): void {
  if (json) {
    sayJson(made)
    return
  }
  say(`Version ${made.version}, ${time(made.published_at)} UTC, by ${plain(made.author.name)}`)
  if (made.note) say(plain(made.note))
  const did = new Map(state?.activity.map(({ rule_id, events }) => [rule_id, events]))
  sayRules(made, (id) => (state ? `  (${countOf(did.get(id) ?? 0, 'event')} in 7 days)` : ''))
  if (state?.draft) say('\nThere is a draft as well: twofold rules show --draft')
}

function showDraft(draft: NonNullable<RuleState['draft']>, { json }: Flags): void {
  if (json) {
    sayJson(draft)
    return
  }
  say(`Draft, ${time(draft.saved_at)} UTC, by ${plain(draft.author.name)}`)
  sayRules(draft, () => '')
}

function sayRules(
  { rules, sentences }: Pick<RuleVersionView, 'rules' | 'sentences'>,
  more: (id: string) => string,
): void {
  for (const [index, sentence] of sentences.entries()) {
    const { id = '?' } = (rules[index] ?? {}) as { id?: string }
    say(`${String(index + 1).padStart(3)}. ${plain(id)}${more(id)}\n     ${plain(sentence)}`)
  }
  if (rules.length === 0) say('  (no rules)')
}

const SHOWN = 5

function trialLines(trial: RuleTrial): string[] {
  const { tried, changed, dropped, routed, by_rule, samples, notes } = trial
  const rows = by_rule.map((rule) => [
    plain(rule.rule_id),
    ...[rule.matched, rule.changed, rule.dropped, rule.not_applied + rule.failed].map(count),
  ])
  const head = ['rule', 'matched', 'changed', 'dropped', 'not done']
  return [
    `Tried on ${countOf(tried, 'report')}: ${count(changed)} would change, ` +
      `${count(dropped)} be dropped, ${count(routed)} be routed.`,
    '',
    table([head, ...rows], [1, 2, 3, 4]),
    ...samples.slice(0, SHOWN).flatMap(sampleLines),
    '',
    ...notes,
  ]
}

function sampleLines(sample: RuleTrial['samples'][number]): string[] {
  const fate = sample.verdict === 'dropped' ? `dropped (${sample.reason})` : 'kept'
  return [
    '',
    `${sample.seq === null ? '' : `${sample.seq}  `}${plain(sample.event_name)}: ${plain(fate)}`,
    ...sample.changes.map(({ field, before, after }) =>
      plain(`  ${field}: ${wordOf(before)} -> ${wordOf(after)}`),
    ),
    ...sample.findings.map(({ code, detail }) => plain(`  ${code}${detail ? `: ${detail}` : ''}`)),
  ]
}

function wordOf(value: unknown): string {
  return value === null ? '(nothing)' : JSON.stringify(value)
}
