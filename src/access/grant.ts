/**
 * What the holder of a token or session may do: one purpose, on one dataset or on all. Pure; the
 * collector's and the API's authorisation both come down to `allows`.
 */
import { z } from 'zod'

/** send: report events. read: see reports and events. admin: both, and every change. */
export const purposeSchema = z.enum(['send', 'read', 'admin'])
export type Purpose = z.infer<typeof purposeSchema>

/** Stands for every dataset, later ones too, and for the instance itself. */
export const ALL = '*'

export interface Grant {
  /** The token it comes from; a session ends with its token. */
  readonly token_id: string
  /** A dataset id, or ALL. */
  readonly dataset_id: string
  readonly purpose: Purpose
}

/** `datasetId` ALL asks for the whole instance: only a grant on all datasets allows that. */
export function allows(grant: Grant, datasetId: string, purpose: Purpose): boolean {
  const covers = grant.dataset_id === ALL || grant.dataset_id === datasetId
  return covers && (grant.purpose === purpose || grant.purpose === 'admin')
}
