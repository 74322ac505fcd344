/**
 * `twofold quality`: match quality, deduplication and loss of a dataset in the terminal, by the same
 * answers that the pages show. With `--below` it is a check for scripts: a score under it ends with 1.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { DeduplicationAnswer, LossAnswer, MatchQualityAnswer } from '../api/types.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { CliError, EXIT } from './exit.ts'
import { count, money, plain, say, sayJson, table } from './output.ts'

interface Flags extends DatasetOptions {
  readonly window: '48h' | '7d'
  readonly below?: number
}

interface Answers {
  readonly quality: MatchQualityAnswer
  readonly deduplication: DeduplicationAnswer
  readonly loss: LossAnswer
}

export function addQuality(program: Command): void {
  declareClient(program, 'quality', {
    description:
      'How well events can be matched, how browser and server find together, and what browsers ' +
      'lose. Scores are our estimate (docs/match-quality.md).',
    examples: [
      'twofold quality',
      'twofold quality --window 7d --json',
      'twofold quality --below 5',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .addOption(
      new Option('--window <window>', 'the last 48 hours or 7 days')
        .choices(['48h', '7d'])
        .default('48h'),
    )
    .option('--below <score>', 'end with 1 when an event with enough events scores less', scoreIn)
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const id = await datasetIdOf(client, flags)
      const read = <T>(name: string): Promise<T> =>
        client.json('GET', `/api/datasets/${id}/${name}?window=${flags.window}`)
      const answers: Answers = {
        quality: await read<MatchQualityAnswer>('quality'),
        deduplication: await read<DeduplicationAnswer>('deduplication'),
        loss: await read<LossAnswer>('loss'),
      }
      if (flags.json) sayJson(answers)
      else report(answers, flags.window)
      if (flags.below !== undefined) refuseBelow(answers.quality, flags.below)
    })
}

function scoreIn(text: string): number {
  const score = Number(text)
  if (text.trim() !== '' && score >= 0 && score <= 10) return score
  throw new InvalidArgumentError('It must be a score from 0 to 10.')
}

function refuseBelow({ events }: MatchQualityAnswer, below: number): void {
  const low = events.filter(({ score, few }) => !few && score !== null && score < below)
  if (low.length === 0) return
  throw new CliError(EXIT.failed, 'score_too_low', {
    message: `Below ${below}: ${low.map((one) => plain(one.event_name)).join(', ')}.`,
    fix: 'See what adding a key would bring, above and on the page Match quality.',
  })
}

function report({ quality, deduplication, loss }: Answers, window: string): void {
  say(`Match quality, 0 to 10, last ${window} (n website events of servers):`)
  const scores = quality.events.map((event) => [
    plain(event.event_name),
    event.score === null ? '' : event.score.toFixed(1),
    `${event.low.toFixed(1)}-${event.high.toFixed(1)}`,
    event.few ? 'too few' : (event.band ?? ''),
    count(event.events),
    bestGain(event.gains),
  ])
  const head = ['event', 'score', '95%', 'band', 'n', 'what would help most']
  say(scores.length > 0 ? table([head, ...scores], [1, 4]) : 'No server event of the website yet.')
  say(`\nEvent coverage (goal ${percent(deduplication.coverage.goal)}):`)
  const pairs = deduplication.by_event.map(({ event_name, coverage }) => [
    plain(event_name),
    coverage.share === null ? '' : percent(coverage.share),
    ...[coverage.both, coverage.browser_only, coverage.server_only].map(count),
  ])
  const sides = ['event', 'coverage', 'both', 'browser only', 'server only']
  say(pairs.length > 0 ? table([sides, ...pairs], [1, 2, 3, 4]) : 'Nothing was counted.')
  reportLoss(loss)
}

function reportLoss({ event_name, total, recovered, by_browser }: LossAnswer): void {
  const name = event_name === null ? 'all conversions' : plain(event_name)
  say(`\nMissed by browsers, of ${name} that the server reported:`)
  if (total.known === 0) {
    say('The server reported none, so nobody can say.')
    return
  }
  const rows = [{ name: 'all', ...total }, ...by_browser].map((one) => [
    one.name,
    count(one.known),
    count(one.lost),
    one.rate === null ? '' : percent(one.rate),
    `${percent(one.low)}-${percent(one.high)}`,
    one.few ? 'too few' : '',
  ])
  say(table([['browser', 'n', 'missed', 'share', '95%', ''], ...rows], [1, 2, 3]))
  const sums = recovered.money.map(({ sum_exact, currency }) => money(sum_exact, currency))
  say(`Recovered by the server: ${[count(recovered.events), ...sums].join(', ')}.`)
}

/** fbc comes only with visitors who clicked an ad: no advice that can be followed. */
function bestGain(gains: MatchQualityAnswer['events'][number]['gains']): string {
  const best = gains.find(({ add, gain }) => add !== 'fbc' && gain >= 0.05)
  return best ? `${best.add} +${best.gain.toFixed(1)}` : ''
}

/** As on the pages: a tiny share is never shown as none, and an almost full one never as all. */
function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %'
  if (share < 1 && share > 0.99) return '>99 %'
  return `${(100 * share).toFixed(0)} %`
}
