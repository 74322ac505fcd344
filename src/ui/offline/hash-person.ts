/** Who bought, hashed on this page as ingest would: nothing in clear leaves the browser. */
import { ApiError } from '../api-client.ts'

interface Typed {
  readonly email: string
  readonly phone: string
}

/** Throws in plain words where something was typed that names nobody. */
export async function hashPerson(
  { email, phone }: Typed,
  country: string | null,
): Promise<{ em?: string[]; ph?: string[] }> {
  // Only who records a sale needs the tables of calling codes.
  const [{ hashOne }, { callingCode }, { sha256 }] = await Promise.all([
    import('../../event/hash.ts'),
    import('../../event/calling-code.ts'),
    import('../../event/sha256.ts'),
  ])
  const code = callingCode(country)
  const context = { sha256, builderForms: false, ...(code ? { defaultCallingCode: code } : {}) }
  const hashes = (key: 'em' | 'ph', typed: string, what: string): string[] => {
    if (typed.trim() === '') return []
    const outcome = hashOne(key, typed, context)
    if ('hashes' in outcome && outcome.hashes.length > 0) return [...outcome.hashes]
    throw new ApiError(0, {
      code: 'invalid_person',
      message: `The ${what} names nobody.`,
      fix: 'Correct it, or leave it empty.',
      retryable: false,
    })
  }
  const em = hashes('em', email, 'e-mail')
  const ph = hashes('ph', phone, 'phone number')
  return { ...(em.length > 0 ? { em } : {}), ...(ph.length > 0 ? { ph } : {}) }
}
