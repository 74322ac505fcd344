/**
 * The bounds of signing in with an OpenID Connect provider, each with its unit and why. Beside
 * limits.ts, which holds all others. Read by the parts of access and by the routes about it.
 */

/** Time to sign in at a provider: with a second factor, and a forgotten password. */
export const OIDC_FLOW_MS = 15 * 60_000
/** Ways back from the provider that were used and are remembered until they end: a sign-in each. */
export const OIDC_USED_MAX = 10_000
/** What a provider gets to answer one request, in seconds. */
export const OIDC_ANSWER_S = 8
/** Of each thing that a provider says, in the log: more than a real issuer or error code has. */
export const OIDC_SAID_CHARS_MAX = 200
/** What a provider says of itself is asked anew after this. */
export const OIDC_DISCOVERY_MS = 86_400_000
/** Accounts at a provider that one account here is connected with. */
export const IDENTITIES_PER_PERSON_MAX = 10
