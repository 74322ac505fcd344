/** What the API takes and answers about the domains of a dataset. Beside schemas.ts. */
import { z } from 'zod'
import { PROOF_METHODS } from '../access/domain-proof.ts'

const time = z.number().int()
const miss = z.string().nullable()

export const domainAddSchema = z
  .strictObject({
    domain: z.string().trim().min(1).max(300).describe('A host such as shop.example.com.'),
  })
  .meta({ id: 'DomainAdd' })

export const domainSchema = z
  .object({
    domain: z.string(),
    state: z
      .enum(['waiting', 'proven', 'lost'])
      .describe('lost: proven once, but the last check found no proof any more.'),
    proven_by: z.enum(PROOF_METHODS).nullable(),
    added_at: time,
    checked_at: time.nullable(),
    proven_at: time.nullable().describe('When a check found the proof last.'),
    missing_since: time
      .nullable()
      .describe('The first check since that did not find it; a second one makes it lost.'),
    misses: z
      .object({ dns: miss, file: miss, meta_tag: miss })
      .nullable()
      .describe('What the last check found instead, per way, in words.'),
    proof: z
      .object({
        dns_name: z.string(),
        dns_text: z.string(),
        file_path: z.string(),
        file_text: z.string(),
        meta_tag: z.string(),
      })
      .describe('What to put where; one way is enough.'),
  })
  .meta({ id: 'Domain' })

export const domainsSchema = z.object({ domains: z.array(domainSchema) }).meta({ id: 'Domains' })
