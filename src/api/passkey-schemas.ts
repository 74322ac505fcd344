/**
 * What the API takes and answers about passkeys. What goes between browser and authenticator is
 * WebAuthn's: only its outline is checked here, the rest where it is proven.
 */
import { z } from 'zod'

const time = z.number().int()
const base64url = z.string().regex(/^[\w-]{1,20000}$/)

export const passkeyOptionsSchema = z
  .looseObject({ challenge: z.string() })
  .describe(
    'As `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` of browsers take it.',
  )
  .meta({ id: 'PasskeyOptions' })

export const passkeyStartSchema = z
  .strictObject({ password: z.string().max(1000).default('').describe('Yours.') })
  .meta({ id: 'PasskeyStart' })

const credential = { id: base64url, rawId: base64url, type: z.literal('public-key') }
const extensions = z.looseObject({})

export const passkeyAddSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100).describe('What you call it, such as the device.'),
    response: z.looseObject({
      ...credential,
      clientExtensionResults: extensions,
      response: z.looseObject({
        clientDataJSON: base64url,
        attestationObject: base64url,
        transports: z.array(z.string().max(30)).max(10).optional(),
      }),
    }),
  })
  .meta({ id: 'PasskeyAdd' })

export const passkeySignInSchema = z
  .strictObject({
    response: z.looseObject({
      ...credential,
      clientExtensionResults: extensions,
      response: z.looseObject({
        clientDataJSON: base64url,
        authenticatorData: base64url,
        signature: base64url,
      }),
    }),
  })
  .meta({ id: 'PasskeySignIn' })

export const passkeySchema = z
  .object({
    passkey_id: z.string(),
    name: z.string(),
    host: z.string().describe('Where it works: the host it was made on.'),
    created_at: time,
    used_at: time.nullable(),
  })
  .meta({ id: 'Passkey' })

export const passkeysSchema = z
  .object({ passkeys: z.array(passkeySchema) })
  .meta({ id: 'Passkeys' })
