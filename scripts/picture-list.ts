/**
 * Every page of the Events Manager that docs/pictures shows, with what must stand on it before the
 * picture is taken. pictures.ts makes them.
 */

export interface Picture {
  readonly name: string
  /** With the names of `Places` in capitals where their ids belong. */
  readonly path: string
  /** The page is whole once this stands on it. */
  readonly shows: string
  /** The demo, as the holder of its token; an owner of its business; or a server nobody owns yet. */
  readonly at?: 'person' | 'fresh'
  /** Also in the dark and on a phone. */
  readonly main?: true
  readonly height?: number
  /** Heading that is scrolled to. */
  readonly down?: string
}

/** What ids in addresses stand for. */
export interface Places {
  readonly DATASET: string
  readonly BUSINESS: string
  readonly DESTINATION: string
  readonly CONNECTION: string
  /** The number of a sale that both sides reported. */
  readonly SALE: string
  /** One-time codes of the server that nobody owns yet. */
  readonly SETUP: string
}

const D = '/datasets/DATASET'

export const PICTURES: readonly Picture[] = [
  { name: 'home', path: '/', shows: 'last hour', main: true },
  { name: 'overview', path: `${D}/?window=yesterday`, shows: 'Purchase', main: true, height: 1130 },
  { name: 'event-log', path: `${D}/events`, shows: 'PageView', main: true },
  { name: 'event-story', path: `${D}/events/SALE`, shows: 'Purchase', height: 1200 },
  {
    ...{ name: 'match-quality', path: `${D}/match-quality?window=7d`, main: true, height: 1000 },
    shows: 'people known from',
  },
  {
    ...{ name: 'match-quality-measured', path: `${D}/match-quality?window=7d` },
    ...{ shows: 'people known from', down: 'Recognised in your own data' },
  },
  {
    ...{ name: 'deduplication', path: `${D}/deduplication?window=7d`, shows: 'coverage' },
    main: true,
  },
  { name: 'loss', path: `${D}/loss?window=7d`, shows: 'recovered', main: true, height: 1000 },
  { name: 'diagnostics', path: `${D}/diagnostics`, shows: 'Look now', main: true },
  { name: 'alerts', path: `${D}/alerts`, shows: 'Alerts' },
  { name: 'test-events', path: `${D}/test-events`, shows: 'Send test events' },
  { name: 'destinations', path: `${D}/destinations`, shows: 'Delivered' },
  { name: 'destination', path: `${D}/destinations/DESTINATION`, shows: 'Delivered', height: 1100 },
  { name: 'add-destination', path: `${D}/destinations/new`, shows: 'Meta' },
  { name: 'deliveries', path: `${D}/deliveries`, shows: 'Delivered' },
  { name: 'dead-letters', path: `${D}/dead-letters`, shows: 'Dead letters' },
  { name: 'replay', path: `${D}/deliveries/replay`, shows: 'Replay' },
  { name: 'rules', path: `${D}/rules`, shows: 'Draft, not in force yet', height: 1000 },
  {
    ...{ name: 'reconciliation', path: `${D}/reconciliation`, shows: 'Why they differ' },
    ...{ main: true, height: 1000 },
  },
  { name: 'catalog', path: `${D}/catalog`, shows: 'In force', main: true, height: 1000 },
  { name: 'import', path: `${D}/import`, shows: 'Import', main: true, height: 1000 },
  { name: 'sources', path: `${D}/sources`, shows: 'Sources' },
  { name: 'add-source', path: `${D}/sources/new`, shows: 'Shopify' },
  { name: 'source', path: `${D}/sources/CONNECTION`, shows: 'WooCommerce', height: 1000 },
  { name: 'install', path: `${D}/install`, shows: 'Install' },
  { name: 'settings', path: `${D}/settings`, shows: 'Settings', height: 1000 },
  { name: 'tokens', path: `${D}/tokens`, shows: 'Tokens' },
  {
    ...{ name: 'people', path: '/businesses/BUSINESS/people', shows: 'Ben Cohen' },
    ...{ at: 'person', main: true },
  },
  {
    ...{ name: 'history', path: '/businesses/BUSINESS/history', shows: 'Invited somebody' },
    ...{ at: 'person', main: true },
  },
  { name: 'business-alerts', path: '/businesses/BUSINESS/alerts', shows: 'digest' },
  { name: 'accounts', path: '/accounts', shows: 'Ben Cohen' },
  { name: 'account', path: '/account', shows: 'My account', at: 'person', height: 1100 },
  { name: 'setup', path: '/#setup=SETUP', shows: 'Make this server yours', at: 'fresh' },
  { name: 'sign-in', path: '/sign-in', shows: 'Lost your password?', at: 'fresh', main: true },
]
