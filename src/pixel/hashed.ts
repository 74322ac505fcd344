/** Match keys as a page gave them -> hashes. Raw values end here. Called by fbq.ts. */
import { hashValue } from '../event/hash-value.ts'
import type { PixelDatasetSettings } from '../event/pixel-wire.ts'
import { sha256 } from '../event/sha256.ts'
import type { HashedKey } from '../event/shape.ts'
import { safely } from './warn.ts'

export type Matches = Record<string, readonly string[]>

const KEYS = /^(em|ph|fn|ln|ge|db|ct|st|zp|country|external_id)$/

export function hashed(data: unknown, settings: PixelDatasetSettings): Matches {
  const matches: Matches = {}
  const context = {
    builderForms: settings.builder_forms,
    defaultCallingCode: settings.default_calling_code as string,
    sha256,
  }
  for (const key in data as Record<string, unknown>) {
    if (!KEYS.test(key)) continue
    safely(() => {
      const given = [(data as Record<string, unknown>)[key] ?? ''].flat()
      const hashes = given.flatMap((one) => hashValue(key as HashedKey, `${one}`, context))
      if (hashes[0]) matches[key] = [...new Set(hashes)]
    })
  }
  return matches
}
