/**
 * Why signing in with an OpenID Connect provider did not work. The name goes into the address that
 * the browser comes back to, where a page puts it into words; it holds nothing about the person.
 */
import { TwofoldError } from '../errors.ts'

export const OIDC_PROBLEMS = {
  denied: 'The provider says that it was not allowed there.',
  expired: 'It took too long, was begun in another browser, or was used already.',
  failed: 'What the provider answered does not fit; the log of the server says what.',
  unreachable: 'The provider does not answer.',
  unverified: 'The provider does not say that the e-mail address is verified.',
  domain: 'No account is made for an e-mail address of this domain.',
  no_account: 'Nobody here has this e-mail address.',
  taken: 'The account here and the one at the provider belong to different people already.',
  link: 'The link was used already, withdrawn, or is too old.',
  other_email: 'The invitation is for another e-mail address.',
  full: 'This server holds as many of these as it can.',
  too_many: 'There were too many failed attempts from this address.',
} as const satisfies Record<string, string>

export type OidcProblem = keyof typeof OIDC_PROBLEMS

export class OidcRefused extends TwofoldError {
  readonly problem: OidcProblem
  constructor(problem: OidcProblem, options?: ErrorOptions) {
    super('oidc_refused', OIDC_PROBLEMS[problem], options)
    this.problem = problem
  }
}
