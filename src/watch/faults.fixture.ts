/** Every fault that the checks look for, as what it does to reports; see faults.long.test.ts. */
import { hash } from 'node:crypto'
import type { DatasetSettings } from '../event/dataset.ts'
import type { DestinationFacts, RivalFacts, TokenFacts } from '../quality/diagnostics/evidence.ts'
import { DAY_MS, type Fault, HOUR_MS, type Report, START_MS } from './shop.fixture.ts'

/** 21 days and the morning of the 22nd. */
export const FAULT_MS = START_MS + 21 * DAY_MS + 14 * HOUR_MS

const sha = (text: string): string => hash('sha256', text)

export const isSale = ({ event }: Report): boolean => event.event_name === 'Purchase'
const onSales =
  (change: (report: Report, n: number) => void, channel?: Report['channel']): Fault =>
  (report, n) => {
    if (isSale(report) && (!channel || report.channel === channel)) change(report, n)
    return report
  }
const custom = (change: (custom: Record<string, unknown>) => void, channel?: Report['channel']) =>
  onSales(({ event }) => {
    event.custom_data ??= {}
    change(event.custom_data)
  }, channel)
const user = (change: (user: Record<string, unknown>, n: number) => void) =>
  onSales(({ event }, n) => change(event.user_data, n), 'server')
const onBrowser =
  (change: (report: Report) => void): Fault =>
  (report) => {
    if (report.channel === 'browser') change(report)
    return report
  }

export interface Case {
  readonly fault?: Fault
  readonly settings?: Partial<DatasetSettings>
  readonly destinations?: Partial<DestinationFacts>
  readonly tokens?: readonly TokenFacts[]
  readonly rivals?: readonly RivalFacts[]
  /** Where three hours are too few: what has to grow old first. */
  readonly hours?: number
}

export const DESTINATION: DestinationFacts = {
  ...{ destination_id: 'd_1', name: 'Meta', type: 'meta', enabled: true, lane: 'running' },
  ...{ waiting: 0, delivered: 100, rejected: 0, retried: 0 },
}
const UPPER = 'IwAR0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoPq'

/** So long does it take until thirty sales were reported by both sides, and an hour more. */
const PAIR_HOURS = 5.5

export const CASES: Record<string, Case> = {
  silence: { fault: (report) => (report.channel === 'server' ? undefined : report) },
  traffic_drop: {
    fault: (report, n) => (report.channel === 'browser' && n % 6 > 0 ? undefined : report),
    hours: 5,
  },
  traffic_spike: {
    fault: (report, n) => {
      if (report.channel !== 'browser' || report.event.event_name !== 'PageView') return report
      const copy = (i: number): Report => ({
        ...report,
        event: { ...report.event, event_id: `loop-${n}-${i}` },
      })
      return { ...report, again: Array.from({ length: 9 }, (_, i) => copy(i)) }
    },
    hours: 4,
  },
  rejected_events: {
    fault: onSales(({ event }) => {
      event.event_name = ''
    }, 'server'),
  },
  server_at_browser_door: {
    fault: onBrowser(({ own }) => {
      own.findings = [{ code: 'not_a_browser' }]
    }),
  },
  bot_traffic: {
    fault: onBrowser(({ event }) => {
      event.user_data.client_user_agent = 'Googlebot/2.1'
    }),
  },
  test_code_live: {
    fault: onSales((report) => {
      report.envelope = { test_event_code: 'TEST1' }
    }),
  },
  test_site_live: {
    fault: onBrowser(({ event }) => {
      event.event_source_url = 'https://staging.shop.example/'
    }),
  },
  near_miss_name: {
    fault: onSales(({ event }) => {
      event.event_name = 'purchase'
    }),
  },
  format_repaired: { fault: custom((data) => Object.assign(data, { num_items: 'many' })) },
  source_missing: {
    fault: onSales(({ event }) => {
      delete event.action_source
    }, 'server'),
  },
  missing_value: { fault: custom((data) => delete data.value) },
  missing_currency: { fault: custom((data) => delete data.currency) },
  invalid_value: { fault: custom((data) => Object.assign(data, { value: `${data.value} €` })) },
  invalid_currency: { fault: custom((data) => Object.assign(data, { currency: 'XEU' })) },
  negative_value: { fault: custom((data) => Object.assign(data, { value: -5 })) },
  zero_value: { fault: custom((data) => Object.assign(data, { value: 0 })) },
  constant_value: { fault: custom((data) => Object.assign(data, { value: 49 })) },
  value_jump: { fault: custom((data) => Object.assign(data, { value: Number(data.value) * 100 })) },
  new_currency: { fault: custom((data) => Object.assign(data, { currency: 'USD' })) },
  value_mismatch: {
    hours: PAIR_HOURS,
    fault: custom((data) => Object.assign(data, { value: Number(data.value) + 1 }), 'server'),
  },
  currency_mismatch: {
    hours: PAIR_HOURS,
    fault: custom((data) => Object.assign(data, { currency: 'USD' }), 'server'),
  },
  contents_off: {
    fault: custom((data) =>
      Object.assign(data, { contents: [{ id: 'a', quantity: 1, item_price: 99_999 }] }),
    ),
  },
  content_ids_missing: { fault: custom((data) => delete data.contents) },
  order_missing: { fault: custom((data) => delete data.order_id) },
  order_reused: {
    fault: (report) => {
      if (!isSale(report) || report.channel !== 'server') return report
      const { event } = report
      const other = { ...event.custom_data, value: 1 }
      return { ...report, again: [{ ...report, event: { ...event, custom_data: other } }] }
    },
  },
  id_for_two_orders: {
    fault: onSales(({ event }) => {
      event.event_id = 'the-same'
    }, 'server'),
  },
  repeated_purchase: {
    hours: PAIR_HOURS,
    fault: (report) =>
      isSale(report) && report.channel === 'browser' ? { ...report, again: [report] } : report,
  },
  missing_event_id: {
    fault: onSales(({ event }) => {
      delete event.event_id
    }, 'server'),
  },
  event_id_reused: {
    fault: onBrowser(({ event }) => {
      event.event_id = `${event.event_name}-cached`
    }),
  },
  ids_differ: {
    hours: PAIR_HOURS,
    fault: onSales(({ event }) => {
      event.event_id = `srv-${event.event_id}`
      if (event.custom_data) delete event.custom_data.order_id
    }, 'server'),
  },
  browser_only: {
    fault: onSales(({ event, channel }, n) => {
      event.event_id = channel === 'server' && n % 2 ? event.event_id : `x-${n}`
      if (event.custom_data) event.custom_data.order_id = `o-${n}`
    }),
    hours: 6,
  },
  late_twin: {
    fault: () => undefined,
  },
  event_time_mismatch: {
    hours: PAIR_HOURS,
    fault: onSales(({ event }) => {
      event.event_time -= 7200
    }, 'server'),
  },
  browser_loss_rising: {
    fault: (report) => (isSale(report) && report.channel === 'browser' ? undefined : report),
    hours: 8,
  },
  double_pixel: {
    fault: (report, n) =>
      report.event.event_name === 'PageView'
        ? { ...report, again: [{ ...report, event: { ...report.event, event_id: `twice-${n}` } }] }
        : report,
  },
  two_installations: {
    fault: (report, n) => {
      if (n % 2) Object.assign(report.own, { browser: { mode: 'tr' } })
      return report
    },
  },
  platform_channel: { rivals: [{ shop: 'https://www.shop.example', pixels: ['1234567890'] }] },
  personal_data: {
    fault: onBrowser(({ event }) => {
      event.event_source_url = 'https://www.shop.example/thanks?email=jo@example.com'
    }),
  },
  wrong_hash: { fault: user((data) => Object.assign(data, { em: [sha('')] })) },
  placeholder_value: { fault: user((data) => Object.assign(data, { em: ['null'] })) },
  invalid_match_keys: {
    fault: user((data) => Object.assign(data, { client_ip_address: 'unknown' })),
  },
  match_quality_drop: {
    fault: user((data) => {
      for (const key of ['em', 'external_id', 'fbp']) delete data[key]
    }),
  },
  low_match_quality: {
    fault: user((data) => {
      for (const key of ['em', 'external_id', 'fbp', 'client_ip_address']) delete data[key]
      data.country = ['de']
    }),
    hours: 24 * 8,
  },
  key_coverage_drop: { fault: user((data) => delete data.external_id) },
  server_without_browser_ids: { fault: user((data) => delete data.fbp) },
  server_without_client: { fault: user((data) => delete data.client_user_agent) },
  missing_page: {
    fault: onSales(({ event }) => {
      delete event.event_source_url
    }, 'server'),
  },
  shared_ip: { fault: user((data) => Object.assign(data, { client_ip_address: '198.51.100.9' })) },
  shared_user_agent: {
    fault: user((data) => Object.assign(data, { client_user_agent: 'Mozilla/5.0 shop-server' })),
    hours: 9,
  },
  shared_person: {
    fault: user((data) => Object.assign(data, { em: [sha('shop@example.com')] })),
  },
  shared_fbp: { fault: user((data) => Object.assign(data, { fbp: 'fb.1.1700000000000.777' })) },
  fbp_unstable: {
    fault: user((data, n) =>
      Object.assign(data, {
        fbp: `fb.1.1700000000000.${n}`,
        external_id: [sha(`few-${n % 5}`)],
        em: [sha(`few-${n % 5}`)],
        client_user_agent: 'Mozilla/5.0 Chrome/140',
      }),
    ),
  },
  fbc_expired: {
    fault: user((data) => Object.assign(data, { fbc: `fb.1.1600000000000.${UPPER}` })),
  },
  fbc_changed: {
    fault: user((data) =>
      Object.assign(data, { fbc: `fb.1.${FAULT_MS - DAY_MS}.${UPPER.toLowerCase()}` }),
    ),
  },
  fbc_made_up: {
    fault: onSales(({ event }) => {
      event.user_data.fbc = `fb.1.${event.event_time * 1000}.${UPPER}`
    }, 'server'),
  },
  ip_differs: {
    hours: PAIR_HOURS,
    fault: user((data, n) => Object.assign(data, { client_ip_address: `198.51.100.${n % 200}` })),
  },
  ip_older_form: {
    hours: PAIR_HOURS,
    fault: onSales(({ event }) => {
      event.user_data.client_ip_address = '2001:db8::1'
    }, 'browser'),
  },
  hash_differs: {
    hours: PAIR_HOURS,
    fault: user((data, n) => Object.assign(data, { em: [sha(`Typed${n} `)] })),
  },
  late_server_events: {
    fault: onSales(({ event }) => {
      event.event_time -= 20 * 3600
    }, 'server'),
  },
  outside_window: {
    fault: onSales(({ event }, n) => {
      event.event_time -= 3 * 86_400
      event.event_id = `late-${n}`
      if (event.custom_data) event.custom_data.order_id = `late-${n}`
    }, 'server'),
  },
  clock_of_server: {
    fault: onSales(({ event }) => {
      event.event_time += 86_400
    }, 'server'),
  },
  clock_of_visitors: {
    fault: onBrowser(({ own }) => {
      own.findings = [{ code: 'clock_skew_corrected' }]
    }),
  },
  events_too_old: {
    fault: onSales(({ event }) => {
      event.event_time -= 30 * 86_400
    }, 'server'),
  },
  foreign_domain: {
    fault: (report, n) => {
      if (n % 3 === 0) report.event.event_source_url = 'https://copy.other.example/'
      return report
    },
    hours: 8,
  },
  domain_refused: {
    fault: onBrowser(({ own }) => {
      own.dropped = 'domain_not_allowed'
    }),
  },
  consent_unknown: { settings: { default_country: 'DE' } },
  consent_unreadable: {
    fault: onBrowser(({ own }) => {
      own.findings = [{ code: 'consent_unreadable' }]
    }),
  },
  consent_differs: {
    hours: PAIR_HOURS,
    fault: onSales((report) => {
      const state = report.channel === 'server' ? 'granted' : 'denied'
      Object.assign(report.own, { consent: { state, signal: 'api' } })
    }),
    settings: { denied_consent: 'limit' },
  },
  rule_failing: {
    fault: onBrowser(({ own }) => {
      own.findings = [{ code: 'rule_not_applied' }]
    }),
  },
  deliveries_held: {
    destinations: { alarm: { code: '190', detail: 'Token refused', since_ms: 0 }, waiting: 30 },
  },
  deliveries_rejected: { destinations: { rejected: 30 } },
  deliveries_waiting: { destinations: { waiting: 30, oldest_waiting_ms: 0 } },
  destination_unreachable: { destinations: { lane: 'unreachable', retried: 30 } },
  token_expiring: {
    tokens: [
      {
        ...{ id: 't', name: 'shop', purpose: 'send', created_at_ms: START_MS },
        ...{ last_used_ms: FAULT_MS, expires_at_ms: FAULT_MS + 5 * DAY_MS },
      },
    ],
  },
  token_unused: {
    tokens: [
      {
        id: 't',
        name: 'old',
        purpose: 'send',
        created_at_ms: START_MS - 90 * DAY_MS,
        last_used_ms: START_MS - 40 * DAY_MS,
      },
    ],
  },
}
