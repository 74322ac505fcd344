/** Match keys as a page gave them -> hashes. Raw values end here. Called by fbq.ts. */
import { hashForms, isMd5 } from '../event/hash-value.ts'
import { isMatchKey, matchKeyForms } from '../event/match-keys.ts'
import type { PixelDatasetSettings } from '../event/pixel-wire.ts'
import { sha256 } from '../event/sha256.ts'
import { safely } from './warn.ts'

export type Matches = Record<string, readonly string[]>

export function hashed(data: unknown, settings: PixelDatasetSettings): Matches {
  const matches: Matches = {}
  const context = {
    builderForms: settings.builder_forms,
    sha256,
  }
  safely(() => {
    for (const key in data as Record<string, unknown>) {
      safely(() => {
        const hashes = [(data as Record<string, unknown>)[key] ?? ''].flat().flatMap((one) => {
          const text = `${one}`
          const [, hash] = HASHED.exec(text) ?? []
          if (!isMatchKey(key) || isMd5(key, text)) return []
          if (hash) return hash.toLowerCase()
          return hashForms(matchKeyForms(key, text, settings.default_calling_code), context)
        })
        if (hashes[0]) matches[key] = hashes
      })
    }
  })
  return matches
}

const HASHED = /^\s*([\da-f]{64})(\.[\w-]+)?\s*$/i
