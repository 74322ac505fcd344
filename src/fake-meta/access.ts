/**
 * Whether a request may send, as Meta checks it before it looks at anything else: the token, the
 * app's proof, the dataset. Holds the one valid token and what is wrong with it now.
 */
import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Fields } from './judged.ts'
import type { MetaErrorName } from './meta-errors.ts'

export const TOKEN_STATES = [
  'valid',
  'token_expired',
  'token_password_changed',
  'token_app_removed',
  'token_checkpoint',
  'token_unconfirmed',
  'token_invalid',
] as const

export type TokenState = (typeof TOKEN_STATES)[number]

export class Access {
  readonly datasetId: string
  private readonly appSecret: string | undefined
  private token: string
  state: TokenState = 'valid'

  constructor(options: { datasetId: string; token: string; appSecret?: string | undefined }) {
    this.datasetId = options.datasetId
    this.token = options.token
    this.appSecret = options.appSecret
  }

  mend(token: string | undefined, state: TokenState): void {
    if (token !== undefined) this.token = token
    this.state = state
  }

  isToken(text: unknown): boolean {
    return text === this.token
  }

  /** Undefined: this token may. */
  refuseToken(parameters: Fields, headers: IncomingHttpHeaders): MetaErrorName | undefined {
    const token = tokenOf(parameters, headers)
    if (token === undefined) return 'no_token'
    if (token !== this.token) return 'token_unparsable'
    if (this.state !== 'valid') return this.state
    return this.isProofWrong(token, parameters.appsecret_proof) ? 'bad_proof' : undefined
  }

  refuseDataset(id: string): MetaErrorName | undefined {
    if (id === this.datasetId) return undefined
    return /^\d+$/.test(id) ? 'unknown_dataset' : 'unknown_alias'
  }

  private isProofWrong(token: string, proof: unknown): boolean {
    if (this.appSecret === undefined || typeof proof !== 'string' || proof === '') return false
    return createHmac('sha256', this.appSecret).update(token).digest('hex') !== proof
  }
}

function tokenOf(parameters: Fields, headers: IncomingHttpHeaders): string | undefined {
  const { access_token: token } = parameters
  if (typeof token === 'string' && token !== '') return token
  return /^(?:Bearer|OAuth) +(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]
}
