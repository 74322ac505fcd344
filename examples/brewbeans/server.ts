/**
 * BrewBeans on a port of its own, against any Twofold: how a shop looks that is not served by
 * Twofold itself. See README.md for the variables. The shop itself is shop.ts.
 */
import { createServer } from 'node:http'
import { listener } from './listener.ts'
import { createShop } from './shop.ts'

const need = (name: string): string => {
  const value = process.env[name]
  if (value) return value
  process.stderr.write(`${name} is not set; examples/brewbeans/README.md lists what is needed.\n`)
  process.exit(1)
}

const shop = createShop({
  basePath: '',
  collectorUrl: need('TWOFOLD_URL').replace(/\/$/, ''),
  datasetId: need('TWOFOLD_DATASET'),
  accessToken: need('TWOFOLD_ACCESS_TOKEN'),
  readToken: need('TWOFOLD_READ_TOKEN'),
})
const port = Number(process.env.PORT ?? 3000)
createServer(listener(shop)).listen(port, '127.0.0.1', () => {
  process.stdout.write(`BrewBeans is open at http://127.0.0.1:${port}/\n`)
})
