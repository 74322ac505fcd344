/**
 * What the API takes and answers about signing in with an OpenID Connect provider. Beside
 * schemas.ts, which says how these are used.
 */
import { z } from 'zod'

const time = z.number().int()
const code = z.string().min(1).max(200)
/** Printable ASCII from one slash on: no other site, no other line of a header. */
const LOCAL_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/

export const oidcStartSchema = z
  .strictObject({
    next: z
      .string()
      .max(500)
      .regex(LOCAL_PATH, 'a path of this site, such as /account')
      .optional()
      .describe('Page to come back to.'),
    invitation: code.optional().describe('Of the link of an invitation, to accept it.'),
    setup: code.optional().describe('Of the setup link, to make the first owner.'),
    business: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .describe('With `setup`: what your business is called.'),
  })
  .meta({ id: 'OidcStart' })

export const oidcAddressSchema = z
  .object({ location: z.string().describe('Where to send the browser.') })
  .meta({ id: 'OidcAddress' })

export const identityConnectSchema = z
  .strictObject({ password: z.string().max(1000).default('').describe('Yours.') })
  .meta({ id: 'IdentityConnect' })

export const identitySchema = z
  .object({
    identity_id: z.string(),
    name: z.string().describe('What the provider is called.'),
    issuer: z.string(),
    email: z.string().nullable().describe('As the provider gave it last.'),
    works: z.boolean().describe('False: of a provider that is not configured any more.'),
    created_at: time,
    used_at: time.nullable(),
  })
  .meta({ id: 'Identity' })

export const identitiesSchema = z
  .object({ identities: z.array(identitySchema) })
  .meta({ id: 'Identities' })
