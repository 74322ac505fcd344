/**
 * Sign-ins that are under way at an OpenID Connect provider. What must be known when the browser
 * comes back travels sealed in a cookie of that browser, so that nobody's flow is pushed out by
 * many others, and none is taken up by another browser. Each works once, for minutes; a restart
 * ends all.
 * For oidc-sign-in.ts.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { createSecretBox } from '../secret-box.ts'
import { OIDC_FLOW_MS, OIDC_USED_MAX } from './oidc-limits.ts'
import { newSecret, type RandomBytes, sameDigest } from './secret.ts'

const aimSchema = z.discriminatedUnion('to', [
  z.object({ to: z.literal('sign_in'), next: z.string().optional() }),
  z.object({ to: z.literal('join'), code: z.string() }),
  z.object({ to: z.literal('set_up'), code: z.string(), business: z.string().optional() }),
  z.object({ to: z.literal('connect'), person_id: z.string() }),
])

/** What the browser wants once the provider says who sits in front of it. */
export type OidcAim = z.infer<typeof aimSchema>

const flowSchema = z.object({
  aim: aimSchema,
  state: z.string(),
  nonce: z.string(),
  /** Of PKCE. */
  verifier: z.string(),
  until_ms: z.number(),
})

export type OidcFlow = z.infer<typeof flowSchema>

export interface OidcFlows {
  readonly begin: (aim: OidcAim) => { flow: OidcFlow; sealed: string }
  /** The flow of a browser, for this `state`; undefined when there is none (any more). */
  readonly read: (sealed: string, state: string) => OidcFlow | undefined
  /** False when it was used already. */
  readonly use: (flow: OidcFlow) => boolean
}

const PLACE = 'a sign-in under way'

export function createOidcFlows(ports: {
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}): OidcFlows {
  const { nowMs, randomBytes } = ports
  const box = createSecretBox({ key: randomBytes(32), randomBytes })
  /** The oldest first. Should so many work at once, the provider still takes each code once. */
  const used = new Map<string, number>()
  return {
    begin: (aim) => {
      const secret = () => newSecret(randomBytes)
      const until_ms = nowMs() + OIDC_FLOW_MS
      const flow = { aim, state: secret(), nonce: secret(), verifier: secret(), until_ms }
      return { flow, sealed: box.seal(JSON.stringify(flow), PLACE) }
    },
    read: (sealed, state) => {
      const flow = opened(() => box.open(sealed, PLACE))
      return flow && sameDigest(flow.state, state) && flow.until_ms > nowMs() ? flow : undefined
    },
    use: ({ state, until_ms }) => {
      for (const [one, until] of used) {
        if (until > nowMs() && used.size < OIDC_USED_MAX) break
        used.delete(one)
      }
      if (used.has(state)) return false
      used.set(state, until_ms)
      return true
    },
  }
}

function opened(open: () => string): OidcFlow | undefined {
  try {
    return flowSchema.parse(JSON.parse(open()))
  } catch (error) {
    // Made up, or from before a restart.
    if (error instanceof TwofoldError) return undefined
    throw error
  }
}
