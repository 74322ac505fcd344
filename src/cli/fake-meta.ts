/** `twofold fake-meta`: the stand-in for Meta's Conversions API as a program, for tests and CI. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { type FailRule, parseFailRule } from '../fake-meta/failures.ts'
import { type FakeMeta, startFakeMeta } from '../fake-meta/fake-meta.ts'
import { declare } from './command.ts'
import { CliError, EXIT, systemCode, wrongUsage } from './exit.ts'
import { note, say, sayJson } from './output.ts'

interface Flags {
  readonly port: string
  readonly host: string
  readonly dataset: string
  readonly token: string
  readonly appSecret?: string
  readonly fail: readonly string[]
  readonly seed?: string
  readonly json?: true
}

const DEFAULT_TOKEN = 'EAABstandin'

export function addFakeMeta(program: Command): void {
  declare(program, 'fake-meta', {
    description: "Start a strict stand-in for Meta's Conversions API, for tests and CI.",
    examples: [
      'twofold fake-meta',
      'twofold fake-meta --port 0 --dataset 123 --token EAAB --json',
      'twofold fake-meta --fail "service_unavailable requests=3" --fail "slow ms=2000"',
      'twofold fake-meta --seed 7 --fail "reset_after probability=0.1"',
      'twofold fake-meta --fail "poison event_id=order-17"',
    ],
  })
    .option('--port <port>', 'port to listen on; 0 takes any free one', '8090')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('-d, --dataset <id>', 'the dataset (pixel) id that exists', '123')
    .option('--token <token>', 'the access token that is valid', DEFAULT_TOKEN)
    .option('--app-secret <secret>', 'check appsecret_proof with this secret')
    .option(
      '--fail <rule>',
      'a failure, such as "app_rate requests=3 retry_after_s=5"; may be repeated',
      (rule: string, rules: readonly string[]) => [...rules, rule],
      [] as readonly string[],
    )
    .option('--seed <n>', 'makes failures with a probability repeat', wholeNumber)
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const seed = flags.seed === undefined ? newSeed() : Number(flags.seed)
  const fake = await start(flags, seed)
  endOnSignal(fake)
  const { dataset, token } = flags
  if (flags.json) {
    sayJson({ url: fake.url, dataset_id: dataset, seed })
    return
  }
  say(`A stand-in for Meta's Conversions API is running:\n  ${fake.url}/v25.0/${dataset}/events`)
  // A token that somebody gave is theirs to know.
  if (token === DEFAULT_TOKEN) say(`  access token ${DEFAULT_TOKEN}`)
  say(`\nWhat Meta would count: ${fake.url}/counted  (also /good, /bad, /requests, /fail)`)
  say(`Seed ${seed}. Stop it with Ctrl-C.`)
}

async function start(flags: Flags, seed: number): Promise<FakeMeta> {
  const port = Number(flags.port)
  if (!/^\d+$/.test(flags.port) || port > 65_535) {
    throw wrongUsage('--port must be a number from 0 to 65535.')
  }
  if (!/^\d+$/.test(flags.dataset)) throw wrongUsage('--dataset must be digits, as at Meta.')
  const fail: readonly FailRule[] = flags.fail.map(parseFailRule)
  try {
    return await startFakeMeta({
      port,
      host: flags.host,
      datasetId: flags.dataset,
      token: flags.token,
      ...(flags.appSecret === undefined ? {} : { appSecret: flags.appSecret }),
      fail,
      nowMs: Date.now,
      random: seededRandom(seed),
      sleep,
    })
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') throw error
    throw new CliError(EXIT.failed, 'EADDRINUSE', {
      message: `Port ${port} on ${flags.host} is taken by another program.`,
      fix: 'Stop that program, or take another port: --port 0 finds a free one.',
    })
  }
}

function wholeNumber(text: string): string {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return text
}

function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 32)
}

/** mulberry32: the same numbers for the same seed, on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function endOnSignal(fake: FakeMeta): void {
  const end = (): void => {
    note('Stopping.')
    fake.close().then(
      () => process.exit(EXIT.ok),
      () => process.exit(EXIT.failed),
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}
