/** `twofold demo`: a server with the BrewBeans shop in a data folder of its own, links ready. */
import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import type { SignInLink } from '../api/types.ts'
import { readConfig } from '../config.ts'
import { createClient } from './client.ts'
import { declare } from './command.ts'
import { say, sayJson } from './output.ts'
import { addServerOptions, type ServeFlags, startServer, stopOnSignal } from './serve.ts'

const DEFAULTS = { dataDir: './data-demo' }

export function addDemo(program: Command): void {
  const command = declare(program, 'demo', {
    description: 'Open a demo shop and watch its sales arrive twice and count once.',
    examples: ['twofold demo', 'twofold demo --port 9000'],
  })
  addServerOptions(command, DEFAULTS).action(async (flags: ServeFlags) => {
    const config = readConfig(flags, undefined, DEFAULTS)
    // Its own token, so that this process can make itself a sign-in link at every start.
    const adminToken = config.adminToken ?? randomBytes(24).toString('base64url')
    const running = await startServer({ ...config, adminToken })
    stopOnSignal(running)
    const shop = await running.startDemo()
    const client = createClient({ url: running.url, token: adminToken })
    const link = await client.json<SignInLink>('POST', '/api/sign-in-links')
    const base = config.publicUrl ?? running.url
    const shopUrl = new URL(shop.url, base).href
    const managerUrl = base + link.path
    if (flags.json) {
      sayJson({
        url: base,
        shop_url: shopUrl,
        sign_in_url: managerUrl,
        dataset_id: shop.dataset_id,
      })
    } else {
      say(`The BrewBeans demo shop is open. Buy a bag of coffee:\n  ${shopUrl}\n`)
      say(`The Events Manager beside it (this link signs you in, once, within minutes):`)
      say(`  ${managerUrl}\n\nStop with Ctrl-C; the demo's data stays in ${config.dataDir}.`)
    }
  })
}
