/** A shop platform that reports to the same pixel by itself. */
import type { Check, Hit } from '../check.ts'
import { ONCE } from '../snippets/once.ts'

export const platformChannel: Check = {
  code: 'platform_channel',
  title: 'The shop platform reports to Meta by itself, too',
  severity: 'error',
  about:
    'Shopify’s own Meta channel gives its events ids that nobody else can know. Where it feeds the same pixel, Meta counts every sale twice.',
  fix: 'In Shopify open the Facebook & Instagram channel, Settings, Data sharing, and switch it off; or let it report to another dataset at Meta.',
  snippets: ONCE,
  clearHours: 2,
  trigger: ({ rivals, destinations }): Hit[] => {
    const fed = destinations.flatMap(({ enabled, remote_id: id }) => (enabled && id ? [id] : []))
    return rivals.flatMap(({ shop, pixels }): Hit[] => {
      // Without a destination it is not known where this dataset will go.
      const same = pixels.filter((pixel) => fed.length === 0 || fed.includes(pixel))
      if (same.length === 0) return []
      const also = fed.length === 0 ? '' : ', where this dataset is sent, too'
      return [
        {
          subject: { key: shop },
          ...{ affected: same.length, total: pixels.length, hours: 24 },
          words: `The pages of ${shop} feed pixel ${same.join(', ')} through Shopify’s own Meta channel${also}.`,
        },
      ]
    })
  },
}
