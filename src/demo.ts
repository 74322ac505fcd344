/**
 * Mounts the demo shop of examples/brewbeans at /demo/ with a dataset and tokens of its own.
 * Nothing exists until somebody asks for it; after a restart the shop gets fresh tokens.
 */
import { Readable } from 'node:stream'
import { productFeed } from '../examples/brewbeans/product-feed.ts'
import { createShop } from '../examples/brewbeans/shop.ts'
import type { Access } from './access/access.ts'
import type { Dataset } from './event/dataset.ts'
import type { Catalogs } from './sources/catalog/view.ts'

const TOKEN_NAME = 'demo shop'
const BASE_PATH = '/demo'

type Shop = (request: Request) => Promise<Response>

export interface Demo {
  readonly start: () => Promise<{ url: string; dataset_id: string }>
  /** Undefined while there is no demo dataset. */
  readonly answer: (request: Request) => Promise<Response | undefined>
}

export interface DemoPorts {
  readonly access: Access
  readonly origin: () => string
  readonly catalogs: Pick<Catalogs, 'import'>
}

export function createDemo(ports: DemoPorts): Demo {
  const { access } = ports
  let opening: Promise<Shop> | undefined
  const demoDataset = (): Dataset | undefined => access.datasets().find(({ demo }) => demo)
  const open = (dataset: Dataset): Promise<Shop> => {
    opening ??= openShop(access, dataset, ports.origin())
    return opening
  }
  return {
    start: async () => {
      const dataset = demoDataset() ?? (await createStocked(ports))
      await open(dataset)
      return { url: `${BASE_PATH}/`, dataset_id: dataset.dataset_id }
    },
    answer: async (request) => {
      const dataset = demoDataset()
      if (!dataset) {
        opening = undefined
        return undefined
      }
      return (await open(dataset))(request)
    },
  }
}

/** With the shop's products in its catalog. */
async function createStocked({ access, origin, catalogs }: DemoPorts): Promise<Dataset> {
  const dataset = await createDemoDataset(access)
  const feed = Readable.from([Buffer.from(productFeed(origin() + BASE_PATH))])
  await catalogs.import(dataset.dataset_id, feed, { dryRun: false, confirmed: true })
  return dataset
}

export async function createDemoDataset(access: Pick<Access, 'createDataset'>): Promise<Dataset> {
  const settings = { name: 'BrewBeans demo shop', default_country: 'US' }
  return (await access.createDataset(settings, { demo: true })).dataset
}

async function openShop(access: Access, { dataset_id }: Dataset, origin: string): Promise<Shop> {
  for (const { id, name } of access.tokens()) {
    if (name === TOKEN_NAME) await access.revokeToken(id)
  }
  const token = async (purpose: 'send' | 'read'): Promise<string> =>
    (await access.createToken({ dataset_id, purpose, name: TOKEN_NAME })).token
  return createShop({
    basePath: BASE_PATH,
    collectorUrl: origin,
    // The page finds /p.js on the address it was opened at, whichever that is.
    browserUrl: '',
    datasetId: dataset_id,
    accessToken: await token('send'),
    readToken: await token('read'),
  })
}
