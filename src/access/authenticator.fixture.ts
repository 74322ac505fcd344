/**
 * A small authenticator for tests: makes ES256 passkeys and signs with them as WebAuthn says, and
 * can be told to lie. No attestation.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'

export interface Said {
  readonly challenge: string
  readonly origin: string
  readonly rp_id: string
  /** Whether the device asked its user; default true. */
  readonly verified?: boolean
}

export function createAuthenticator() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const credentialId = randomBytes(16)
  const id = credentialId.toString('base64url')
  let counter = 0
  const dataOf = ({ rp_id, verified = true }: Said, attested: Buffer = Buffer.alloc(0)): Buffer => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    const flags = 0x01 | (verified ? 0x04 : 0) | (attested.length > 0 ? 0x40 : 0)
    return Buffer.concat([sha256(rp_id), Buffer.from([flags]), count, attested])
  }
  const outline = { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const
  return {
    make: (said: Said): RegistrationResponseJSON => {
      const key = Buffer.concat([
        // COSE: kty EC2, alg ES256, curve P-256, x, y.
        Buffer.from('a5010203262001215820', 'hex'),
        Buffer.from(x, 'base64url'),
        Buffer.from('225820', 'hex'),
        Buffer.from(y, 'base64url'),
      ])
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, 16]), credentialId, key])
      const data = dataOf(said, attested)
      const attestation = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
        Buffer.from([data.length]),
        data,
      ])
      return {
        ...outline,
        response: {
          clientDataJSON: clientData('webauthn.create', said).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
      }
    },
    answer: (said: Said): AuthenticationResponseJSON => {
      counter += 1
      const client = clientData('webauthn.get', said)
      const data = dataOf(said)
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)
      return {
        ...outline,
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: signature.toString('base64url'),
        },
      }
    },
    /** As a copy of it would be, which has not counted the last uses. */
    forget: () => {
      counter = 0
    },
  }
}

function clientData(type: string, { challenge, origin }: Said): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
