/**
 * Phone numbers: digits with the country code and nothing else. A number written nationally is
 * completed with the dataset's calling code by one small rule that server and pixel share, so that
 * both make the same hash; no phone library, which would be larger than the whole pixel.
 */

/**
 * The documented form and the parameter builder's, which keeps all digits and drops leading zeros.
 * They differ in one thing: the trunk zero that people put in brackets, "+44 (0)20 ...", is no part
 * of the international number.
 */
export function normalisePhone(value: string, callingCode = ''): readonly (string | null)[] {
  const digits = digitsOf(value)
  const international = /^\D*[+\uFF0B]/.test(value) || digits.startsWith('00')
  if (!international) return [usable(withoutZeros(complete(digits, callingCode)))]
  return [digitsOf(value.replace('(0)', '')), digits].map((form) => usable(withoutZeros(form)))
}

const digitsOf = (value: string): string => value.replace(/\D/g, '')
const withoutZeros = (digits: string): string => digits.replace(/^0+/, '')
/** Below 7 digits nothing is a number; 16 is the most that all of Meta's libraries let pass. */
const usable = (digits: string): string | null => (/^\d{7,16}$/.test(digits) ? digits : null)

/** A number that shows no country code, completed. */
function complete(digits: string, code: string): string {
  if (!code) return digits
  if (code === '1' && digits.startsWith('011')) return digits.slice(3)
  const [trunk, nationalDigits] = TRUNKS[code] ?? ['0', 0]
  if (digits.startsWith(trunk) && digits.length >= trunk.length + nationalDigits) {
    return code + (KEEPS_ZERO.test(code) ? digits : withoutZeros(digits.slice(trunk.length)))
  }
  if (digits.startsWith(code) && digits.length >= (WITH_CODE_MIN[code] ?? 10)) return digits
  return code + withoutZeros(digits)
}

/** Where the trunk prefix is not 0 (Russia, Hungary, Belarus): it, and the digits that follow. */
const TRUNKS: { readonly [code: string]: readonly [string, number] } = {
  7: ['8', 10],
  36: ['06', 8],
  375: ['80', 9],
}

/** Where the leading zero belongs to the number: Italy, Ivory Coast, Benin, Gabon, Congo. */
const KEEPS_ZERO = /^(39|225|229|241|242)$/

/**
 * From how many digits on a number that begins with the calling code already contains it. 10 fits
 * most plans; these have long national numbers that may begin with the very same digits, such as
 * an Indian mobile 91... or an Italian one 39...
 */
const WITH_CODE_MIN: { readonly [code: string]: number } = { 1: 11, 7: 11, 39: 11, 55: 12, 91: 12 }
