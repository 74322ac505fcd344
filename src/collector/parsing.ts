/**
 * What the bodies may take of the memory that are parsed and not answered yet, all connections
 * together. Not their bytes: sixteen megabytes of the smallest objects are half a gigabyte once
 * parsed. It does not parse; graph.ts asks before it does, here or in the ledger's thread.
 */
import { TwofoldError } from '../errors.ts'
import { BODY_VALUES_MAX, PARSED_BYTES_MAX, PARSED_VALUE_BYTES } from '../limits.ts'

export interface Parsing {
  /** Room for a body until `done`; throws `body_too_large` or `overloaded`. */
  begin(body: Uint8Array): { readonly done: () => void }
}

export function createParsing(bytesMax: number = PARSED_BYTES_MAX): Parsing {
  let bytes = 0
  return {
    begin: (body) => {
      const values = valuesIn(body)
      if (values > BODY_VALUES_MAX) {
        const detail = `A body may hold ${BODY_VALUES_MAX.toLocaleString('en')} values here.`
        throw new TwofoldError('body_too_large', detail)
      }
      const cost = body.length + values * PARSED_VALUE_BYTES
      if (bytes + cost > bytesMax && bytes > 0) throw new TwofoldError('overloaded')
      bytes += cost
      return {
        done: () => {
          bytes -= cost
        },
      }
    },
  }
}

/** Every value but the first of its parent follows one of these; in a form also a & or a %2C. */
const BEFORE_VALUES = new Uint8Array(256)
for (const sign of '{[,&%') BEFORE_VALUES[sign.charCodeAt(0)] = 1

/** At most so many: what stands in texts is counted too. A microsecond for a thousand bytes. */
function valuesIn(body: Uint8Array): number {
  let values = 0
  // By index: an iterator of bytes makes an object for each until it is optimised.
  for (let i = 0; i < body.length; i++) values += BEFORE_VALUES[body[i] as number] as number
  return values
}
