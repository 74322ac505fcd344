/**
 * `twofold demo`: a server with the BrewBeans shop in a data folder of its own, links ready, and a
 * stand-in for Meta beside it, so that the whole way of a sale can be tried without an account.
 */
import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import type { OneTimeLink } from '../api/types.ts'
import { readConfig } from '../config.ts'
import type { LoadedPast } from '../demo-load.ts'
import { createClient } from './client.ts'
import { declare } from './command.ts'
import { connectStandIn, META_DATASET, META_TOKEN, startStandIn } from './demo-meta.ts'
import { addPastOptions, loadPastAsked, type PastFlags } from './demo-past.ts'
import { countOf, say, sayJson } from './output.ts'
import { addServerOptions, type ServeFlags, startServer, stopOnSignal } from './serve.ts'

const DEFAULTS = { dataDir: './data-demo' }
/** Where the stand-in listens, and this program's own addresses. */
const LOOPBACK = ['127.0.0.0/8', '::1']

type DemoFlags = ServeFlags & PastFlags

export function addDemo(program: Command): void {
  const command = declare(program, 'demo', {
    description: 'Open a demo shop and watch its sales arrive twice and count once.',
    examples: ['twofold demo', 'twofold demo --port 9000', 'twofold demo --days 60'],
  })
  addPastOptions(addServerOptions(command, DEFAULTS)).action(async (flags: DemoFlags) => {
    const config = readConfig(flags, undefined, DEFAULTS)
    // Its own token, so that this process can make itself a sign-in link at every start.
    const adminToken = config.adminToken ?? randomBytes(24).toString('base64url')
    const allowPrivateTargets = [...config.allowPrivateTargets, ...LOOPBACK]
    const past = await loadPastAsked(flags, config)
    const running = await startServer({ ...config, adminToken, allowPrivateTargets, isDemo: true })
    stopOnSignal(running)
    const meta = await startStandIn()
    const shop = await running.startDemo()
    const client = createClient({ url: running.url, token: adminToken })
    const { dataset_id } = shop
    await connectStandIn(client, dataset_id, { url: meta.url, hasPast: past !== undefined })
    const link = await client.json<OneTimeLink>('POST', '/api/sign-in-links')
    const base = config.publicUrl ?? running.url
    const shopUrl = new URL(shop.url, base).href
    const managerUrl = base + link.path
    if (flags.json) {
      sayJson({
        url: base,
        shop_url: shopUrl,
        sign_in_url: managerUrl,
        dataset_id,
        ...(past ? { truth_file: past.truth_file } : {}),
        meta: { base_url: meta.url, dataset_id: META_DATASET, access_token: META_TOKEN },
      })
    } else {
      say(`The BrewBeans demo shop is open. Buy a bag of coffee:\n  ${shopUrl}\n`)
      say(`The Events Manager beside it (this link signs you in, once, within minutes):`)
      say(`  ${managerUrl}\n`)
      if (past) say(`${wordsOf(past)}\n`)
      say('A stand-in for Meta is connected, so that you see what reaches it:')
      say(`  ${meta.url}/counted`)
      say(`\nStop with Ctrl-C; the demo's data stays in ${config.dataDir}.`)
    }
  })
}

function wordsOf({ events, truth_file }: LoadedPast): string {
  const what = events === undefined ? 'Its past is there already' : 'It has a past now'
  const size = events === undefined ? '' : ` of ${countOf(events, 'event')}`
  return `${what}${size}. What really happened stands in\n  ${truth_file}`
}
