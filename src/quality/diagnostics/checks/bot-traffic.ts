/** More robots than people. */
import { shareCheck, withReason } from '../share.ts'

export const botTraffic = shareCheck({
  code: 'bot_traffic',
  title: 'Many robots among the visitors',
  severity: 'suggestion',
  about:
    'Crawlers and automated browsers are recognised and left out. Where they are many, a monitor, a scraper or an attack visits the shop: look that none of it reaches other tools.',
  fix: 'Nothing to do here. Check other tools on the page, and block the visitor in front of the shop if it is unwanted.',
  of: 'together',
  side: 'browser',
  metrics: ['reason:bot', 'finding:bot'],
  total: (counts, where) => counts.sum('received', where),
  above: 0.4,
  says: 'came from robots.',
  picks: withReason('bot'),
})
