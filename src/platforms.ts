/**
 * Every kind of source there is, and what takes their deliveries in, put together for main.ts: who
 * may deliver (connections), what is kept (hooks), what makes events of it (translator), and who is
 * asked for orders (poller).
 */
import { hash, randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Access } from './access/access.ts'
import type { ApiPorts } from './api/ports.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { SecretBox } from './secret-box.ts'
import { bigcommerce } from './sources/bigcommerce.ts'
import { calendly } from './sources/calendly.ts'
import { generic } from './sources/generic.ts'
import { googleTag } from './sources/google-tag.ts'
import { hubspot } from './sources/hubspot.ts'
import { createCertificates } from './sources/inbox/certificates.ts'
import { createConnections } from './sources/inbox/connections.ts'
import { createHooks, type Hooks } from './sources/inbox/hooks.ts'
import { createTranslator, type TranslatorPorts } from './sources/inbox/translator.ts'
import { klaviyo } from './sources/klaviyo.ts'
import { magento } from './sources/magento.ts'
import { paddle } from './sources/paddle.ts'
import { paypal } from './sources/paypal.ts'
import { pipedrive } from './sources/pipedrive.ts'
import { createPoller } from './sources/polling/poller.ts'
import { prestashop } from './sources/prestashop.ts'
import { salesforce } from './sources/salesforce.ts'
import { segment } from './sources/segment.ts'
import { shopify } from './sources/shopify.ts'
import type { Source } from './sources/source.ts'
import { stripe } from './sources/stripe.ts'
import { twilio } from './sources/twilio.ts'
import { typeform } from './sources/typeform.ts'
import { webflow } from './sources/webflow.ts'
import { woocommerce } from './sources/woocommerce.ts'

/** In the order of the page where one is chosen. */
export const SOURCES = [
  shopify,
  woocommerce,
  bigcommerce,
  magento,
  prestashop,
  webflow,
  stripe,
  paypal,
  paddle,
  hubspot,
  salesforce,
  pipedrive,
  typeform,
  calendly,
  klaviyo,
  twilio,
  segment,
  googleTag,
  generic,
] as unknown as readonly Source[]

export interface Platforms {
  readonly hooks: Hooks
  readonly api: Pick<ApiPorts, 'connections' | 'hooks' | 'polls' | 'wakeInbox'>
  readonly start: () => void
  /** Ends what is being translated and asked; what is left comes after the next start. */
  readonly stop: () => Promise<void>
  readonly removeDataset: (datasetId: string) => Promise<void>
}

export interface PlatformPorts
  extends Pick<TranslatorPorts, 'nowMs' | 'random' | 'sleep' | 'fetch'> {
  readonly ledger: Pick<Ledger, 'store' | 'accept'>
  readonly findDataset: Access['findDataset']
  readonly box: SecretBox
  readonly log: FastifyInstance['log']
}

export async function openPlatforms(ports: PlatformPorts): Promise<Platforms> {
  const { ledger, findDataset, box, log, nowMs, random, sleep, fetch } = ports
  const { store, accept } = ledger
  const hasDataset = (id: string): boolean => findDataset(id) !== undefined
  const own = { store, sources: SOURCES, box, hasDataset, nowMs, randomBytes }
  const connections = await createConnections(own)
  const onTrouble = (error: unknown): void =>
    log.error({ err: error }, 'deliveries of platforms wait; they are tried again')
  const sha256 = (text: string): string => hash('sha256', text)
  const clocks = { nowMs, random, sleep, sha256, fetch }
  // main.ts locks the folder of the store.
  const inbox = { store, accept, connections, findDataset, ...clocks, onTrouble, isAlone: true }
  const translator = createTranslator(inbox)
  const certificates = createCertificates(clocks)
  const arriving = { store, connections, nowMs, certificates }
  const hooks = createHooks({ ...arriving, onReceived: translator.wake })
  const asking = { store, connections, findDataset, ...clocks }
  const poller = await createPoller({
    ...asking,
    onTrouble: (error) => log.error({ err: error }, 'orders of a platform wait; asked again'),
  })
  const remove: typeof connections.remove = async (key) => {
    await connections.remove(key)
    await poller.forget(key.connection_id)
  }
  return {
    hooks,
    api: {
      connections: { ...connections, remove },
      ...{ hooks, polls: poller, wakeInbox: translator.wake },
    },
    start: () => {
      translator.start()
      poller.start()
    },
    stop: async () => {
      await Promise.all([translator.stop(), poller.stop()])
    },
    removeDataset: async (datasetId) => {
      const own = connections.list(datasetId)
      await connections.removeDataset(datasetId)
      for (const { connection_id } of own) await poller.forget(connection_id)
    },
  }
}
