/** A site that is not the shop's reports to its dataset. */
import type { Check, Hit } from '../check.ts'
import { AFFECTED_MIN } from '../share.ts'
import { legsOf } from '../shared-value.ts'
import { INSTALL } from '../snippets/install.ts'
import { count } from '../words.ts'

/** Readers of the shop's own pages: translation, archives, search caches, previews of editors. */
const READERS = new RegExp(
  [
    '(\\.translate\\.goog|translate\\.google\\.|web\\.archive\\.org',
    'googleusercontent\\.com|\\.myshopify\\.com|shopifypreview\\.com)$',
  ].join('|'),
)
/** A site with more of the traffic than this is one of the owner's. */
const OWN_SHARE = 0.4

export const foreignDomain: Check = {
  code: 'foreign_domain',
  title: 'Events from a site you have not confirmed',
  severity: 'suggestion',
  about:
    'Besides your main site another one reports to this dataset, and no list of allowed domains is set. It may be a second shop of yours, or a copy of your pages that carries your pixel.',
  fix: 'List your sites under allowed domains in the settings; events of any other are dropped from then on.',
  snippets: INSTALL,
  trigger: ({ sample, nowMs, dataset }): Hit[] => {
    if (dataset.allowed_domains.length > 0) return []
    const legs = sample
      .flatMap((event) => legsOf(event, 'browser').slice(0, 1))
      .flatMap((leg) => {
        const site = siteOf(leg.event.event_source_url)
        return site ? [{ leg, site }] : []
      })
    const bySite = Map.groupBy(legs, ({ site }) => site)
    return [...bySite].flatMap(([site, own]): Hit[] => {
      const isSmall = own.length < OWN_SHARE * legs.length
      if (own.length < AFFECTED_MIN || !isSmall || READERS.test(site)) return []
      const oldest = Math.min(...own.map(({ leg }) => leg.envelope.received_at_ms))
      return [
        {
          subject: { side: 'browser', key: site },
          affected: own.length,
          total: legs.length,
          hours: Math.max(1, Math.ceil((nowMs - oldest) / 3_600_000)),
          words: `${count(own.length)} of the newest ${count(legs.length)} browser reports came from ${site}.`,
          picks: (event) =>
            legsOf(event, 'browser').some((leg) => siteOf(leg.event.event_source_url) === site),
        },
      ]
    })
  },
}

/** The last two labels of the host (three under co.uk and the like): one owner, in most cases. */
function siteOf(url: string | undefined): string | undefined {
  const host = /^https?:\/\/([^/?#:]+)/i.exec(url ?? '')?.[1]?.toLowerCase()
  if (!host || /^[\d.]+$/.test(host) || host.startsWith('[')) return undefined
  if (READERS.test(host)) return host
  const labels = host.split('.')
  const isDeep = /^(co|com|org|net|gov|ac|edu)$/.test(labels.at(-2) ?? '')
  return labels.slice(isDeep && (labels.at(-1)?.length ?? 0) === 2 ? -3 : -2).join('.')
}
