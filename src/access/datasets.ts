/**
 * The datasets of the instance, held in memory for the look-up that every request needs and kept in
 * the store. Settings are checked here, whoever asks. Called by access.ts alone.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { type Dataset, type DatasetSettings, datasetSettingsSchema } from '../event/dataset.ts'
import { DATASETS_MAX, DATASETS_PER_BUSINESS_MAX } from '../limits.ts'
import type { SettingsDocument } from '../store/store.ts'
import { byAge } from './age.ts'
import { newDigits, type RandomBytes } from './secret.ts'

const KIND = 'dataset'
const ID_DIGITS = 15

const storedSchema = datasetSettingsSchema.extend({
  created_at_ms: z.number(),
  demo: z.boolean().default(false),
  /** Missing in files from before there were businesses; books.ts gives them the first. */
  business_id: z.string().default(''),
  /** Set while its events are being erased; see access.ts. */
  deleted: z.boolean().default(false),
})

export interface Datasets {
  readonly all: () => readonly Dataset[]
  readonly find: (id: string) => Dataset | undefined
  readonly findByPixel: (pixelId: string) => Dataset | undefined
  /** A new dataset with checked settings, not yet in force: `put` it once it is stored. */
  readonly draft: (settings: unknown, demo: boolean) => Dataset
  /** Throws `limit_reached` when the business has as many as it may. */
  readonly requireRoom: (businessId: string) => void
  /** `current` with checked changes; what `patch` does not name stays. */
  readonly changed: (current: Dataset, patch: unknown) => Dataset
  readonly put: (dataset: Dataset, businessId: string) => void
  /** Undefined for a dataset that does not exist; empty for one that nobody owns yet. */
  readonly businessOf: (id: string) => string | undefined
  readonly remove: (id: string) => void
  /** Deleted before the last stop, maybe with events that still came in. */
  readonly leftovers: readonly string[]
}

export interface DatasetsPorts {
  readonly documents: readonly SettingsDocument[]
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
  /** Hears of every dataset in force, at the start too, and of one that is gone (undefined). */
  readonly onDataset: (id: string, dataset: Dataset | undefined) => void
}

export function createDatasets(ports: DatasetsPorts): Datasets {
  const { documents, nowMs, randomBytes, onDataset } = ports
  const byId = new Map<string, Dataset>()
  const leftovers: string[] = []
  const owners = new Map<string, string>()
  const put = (dataset: Dataset, businessId: string): void => {
    byId.set(dataset.dataset_id, dataset)
    owners.set(dataset.dataset_id, businessId)
    onDataset(dataset.dataset_id, dataset)
  }
  const stored = documents.map(({ id, value }) => ({ id, ...readStored(id, value) }))
  for (const { id, deleted, demo, business_id, ...settings } of stored.sort(byAge)) {
    if (deleted) leftovers.push(id)
    else put({ dataset_id: id, ...settings, ...(demo ? { demo } : {}) }, business_id)
  }

  let byPixel = pixelsOf(byId)
  /** Hits name only the pixel, so that it can belong to one dataset only. */
  const requireFree = ({ meta_pixels }: DatasetSettings, own?: string): void => {
    for (const pixel of meta_pixels) {
      const owner = byPixel.get(pixel)?.dataset_id
      if (owner === undefined || owner === own) continue
      throw new TwofoldError(
        'invalid_request',
        // Not whose: it may be another business's.
        `meta_pixels: ${pixel} belongs to another dataset.`,
      )
    }
  }

  const newId = (): string => {
    const id = newDigits(randomBytes, ID_DIGITS)
    return byId.has(id) || leftovers.includes(id) ? newId() : id
  }

  return {
    all: () => [...byId.values()],
    find: (id) => byId.get(id),
    findByPixel: (pixelId) => byPixel.get(pixelId),
    draft: (settings, demo) => {
      if (byId.size >= DATASETS_MAX) {
        throw new TwofoldError('limit_reached', `There are ${DATASETS_MAX} datasets.`)
      }
      const checked = checkSettings(settings)
      requireFree(checked)
      return {
        dataset_id: newId(),
        created_at_ms: nowMs(),
        ...checked,
        ...(demo ? { demo } : {}),
      }
    },
    changed: (current, patch) => {
      const { dataset_id, created_at_ms, demo, ...settings } = current
      const isObject = typeof patch === 'object' && patch !== null
      const checked = checkSettings(isObject ? { ...settings, ...patch } : patch)
      requireFree(checked, dataset_id)
      return { dataset_id, created_at_ms, ...checked, ...(demo ? { demo } : {}) }
    },
    requireRoom: (businessId) => {
      let own = 0
      for (const owner of owners.values()) if (owner === businessId) own += 1
      if (own < DATASETS_PER_BUSINESS_MAX) return
      const detail = `The business has ${DATASETS_PER_BUSINESS_MAX} datasets.`
      throw new TwofoldError('limit_reached', detail)
    },
    businessOf: (id) => owners.get(id),
    put: (dataset, businessId) => {
      put(dataset, businessId)
      byPixel = pixelsOf(byId)
    },
    remove: (id) => {
      byId.delete(id)
      owners.delete(id)
      byPixel = pixelsOf(byId)
      onDataset(id, undefined)
    },
    leftovers,
  }
}

function pixelsOf(byId: ReadonlyMap<string, Dataset>): ReadonlyMap<string, Dataset> {
  return new Map(
    [...byId.values()].flatMap((dataset) => dataset.meta_pixels.map((pixel) => [pixel, dataset])),
  )
}

export function datasetDocument(
  { dataset_id, ...value }: Dataset,
  business_id: string,
): SettingsDocument {
  return { kind: KIND, id: dataset_id, value: { ...value, business_id } }
}

/** Stands until the next start, which erases what was still on its way into the store. */
export function deletedDocument({ dataset_id, ...value }: Dataset): SettingsDocument {
  return { kind: KIND, id: dataset_id, value: { ...value, deleted: true } }
}

export function datasetRemoval(id: string): SettingsDocument {
  return { kind: KIND, id, value: undefined }
}

function checkSettings(settings: unknown): z.infer<typeof datasetSettingsSchema> {
  const checked = datasetSettingsSchema.strict().safeParse(settings)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  const field = issue?.path.join('.')
  throw new TwofoldError('invalid_request', `${field ? `${field}: ` : ''}${issue?.message}.`)
}

/** Through the schema, so that a setting added since then gets its default. */
function readStored(id: string, value: unknown): z.infer<typeof storedSchema> {
  const read = storedSchema.safeParse(value)
  if (read.success) return read.data
  throw new TwofoldError('store_corrupt', `The settings of dataset ${id} cannot be read.`)
}
