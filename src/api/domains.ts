/** Routes about the domains of a dataset: list, add, check, remove. Rules: access/domains.ts. */
import { type Domain, domainState, domainTexts } from '../access/domains.ts'
import { domainAddSchema, domainSchema, domainsSchema } from './domain-schemas.ts'
import { type Route, route } from './route.ts'
import type { DomainShown } from './types.ts'

const PATH = '/api/datasets/{id}/domains'

export const domainRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: { needs: 'read', on: 'dataset' },
    summary: 'List the domains of a dataset, with what proves them',
    answer: { status: 200, description: 'The first added first.', schema: domainsSchema },
    run: ({ id }, { domains }) => ({ domains: domains.of(id).map(viewDomain) }),
  }),
  route({
    method: 'POST',
    path: PATH,
    auth: { needs: 'develop', on: 'dataset' },
    history: 'domain.added',
    summary: 'Add a domain, to be proven',
    description: 'It answers what to put into DNS, a file or the page.',
    body: domainAddSchema,
    answer: { status: 201, description: 'The domain.', schema: domainSchema },
    run: async ({ id, body }, { domains }) => viewDomain(await domains.add(id, body.domain)),
  }),
  route({
    method: 'POST',
    path: `${PATH}/{domain}/check`,
    auth: { needs: 'develop', on: 'dataset' },
    history: 'domain.checked',
    summary: 'Look for the proof of a domain now',
    description: 'Asks DNS and the site itself, for some seconds at most.',
    answer: { status: 200, description: 'The domain as it is now.', schema: domainSchema },
    run: ({ id, params: { domain = '' } }, { domains, alone }) =>
      alone(`domain ${id} ${domain}`, async () => viewDomain(await domains.check(id, domain))),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/{domain}`,
    auth: { needs: 'develop', on: 'dataset' },
    history: 'domain.removed',
    summary: 'Take a domain off the list',
    answer: { status: 204, description: 'It is gone.' },
    run: ({ id, params: { domain = '' } }, { domains }) => domains.remove(id, domain),
  }),
]

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms / 1000))

function viewDomain(one: Domain): DomainShown {
  const { domain, proven_by, added_at_ms, checked_at_ms, proven_at_ms, missing_since_ms, misses } =
    one
  return {
    domain,
    state: domainState(one),
    proven_by,
    added_at: Math.floor(added_at_ms / 1000),
    checked_at: seconds(checked_at_ms),
    proven_at: seconds(proven_at_ms),
    missing_since: seconds(missing_since_ms),
    misses,
    proof: domainTexts(one),
  }
}
