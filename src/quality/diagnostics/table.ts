/**
 * Every check, in the order in which documentation lists them. To add one: a file in checks/ and a
 * line here. Read by diagnose.ts, the API and the documentation's test.
 */
import type { Check } from './check.ts'
import { botTraffic } from './checks/bot-traffic.ts'
import { browserLossRising } from './checks/browser-loss-rising.ts'
import { browserOnly } from './checks/browser-only.ts'
import { catalogCurrencyOff } from './checks/catalog-currency-off.ts'
import { catalogIdsKind } from './checks/catalog-ids-kind.ts'
import { catalogIdsUnknown } from './checks/catalog-ids-unknown.ts'
import { catalogPriceOff } from './checks/catalog-price-off.ts'
import { clockOfServer } from './checks/clock-of-server.ts'
import { clockOfVisitors } from './checks/clock-of-visitors.ts'
import { consentDiffers } from './checks/consent-differs.ts'
import { consentLost } from './checks/consent-lost.ts'
import { consentUnknown } from './checks/consent-unknown.ts'
import { consentUnreadable } from './checks/consent-unreadable.ts'
import { constantValue } from './checks/constant-value.ts'
import { contentIdsMissing } from './checks/content-ids-missing.ts'
import { contentsOff } from './checks/contents-off.ts'
import { currencyMismatch } from './checks/currency-mismatch.ts'
import { deliveriesHeld } from './checks/deliveries-held.ts'
import { deliveriesRejected } from './checks/deliveries-rejected.ts'
import { deliveriesWaiting } from './checks/deliveries-waiting.ts'
import { destinationUnreachable } from './checks/destination-unreachable.ts'
import { domainRefused } from './checks/domain-refused.ts'
import { doublePixel } from './checks/double-pixel.ts'
import { eventIdReused } from './checks/event-id-reused.ts'
import { eventTimeMismatch } from './checks/event-time-mismatch.ts'
import { eventsTooOld } from './checks/events-too-old.ts'
import { fbcChanged } from './checks/fbc-changed.ts'
import { fbcExpired } from './checks/fbc-expired.ts'
import { fbcMadeUp } from './checks/fbc-made-up.ts'
import { fbpUnstable } from './checks/fbp-unstable.ts'
import { foreignDomain } from './checks/foreign-domain.ts'
import { formatRepaired } from './checks/format-repaired.ts'
import { hashDiffers } from './checks/hash-differs.ts'
import { idForTwoOrders } from './checks/id-for-two-orders.ts'
import { idsDiffer } from './checks/ids-differ.ts'
import { invalidCurrency } from './checks/invalid-currency.ts'
import { invalidMatchKeys } from './checks/invalid-match-keys.ts'
import { invalidValue } from './checks/invalid-value.ts'
import { ipDiffers } from './checks/ip-differs.ts'
import { ipOlderForm } from './checks/ip-older-form.ts'
import { keyCoverageDrop } from './checks/key-coverage-drop.ts'
import { lateServerEvents } from './checks/late-server-events.ts'
import { lateTwin } from './checks/late-twin.ts'
import { lowMatchQuality } from './checks/low-match-quality.ts'
import { matchQualityDrop } from './checks/match-quality-drop.ts'
import { missingCurrency } from './checks/missing-currency.ts'
import { missingEventId } from './checks/missing-event-id.ts'
import { missingPage } from './checks/missing-page.ts'
import { missingValue } from './checks/missing-value.ts'
import { nearMissName } from './checks/near-miss-name.ts'
import { negativeValue } from './checks/negative-value.ts'
import { neverReceived } from './checks/never-received.ts'
import { newCurrency } from './checks/new-currency.ts'
import { noServerReports } from './checks/no-server-reports.ts'
import { orderMissing } from './checks/order-missing.ts'
import { orderReused } from './checks/order-reused.ts'
import { outsideWindow } from './checks/outside-window.ts'
import { personalData } from './checks/personal-data.ts'
import { placeholderValue } from './checks/placeholder-value.ts'
import { platformChannel } from './checks/platform-channel.ts'
import { rejectedEvents } from './checks/rejected-events.ts'
import { repeatedPurchase } from './checks/repeated-purchase.ts'
import { ruleFailing } from './checks/rule-failing.ts'
import { serverAtBrowserDoor } from './checks/server-at-browser-door.ts'
import { serverWithoutBrowserIds } from './checks/server-without-browser-ids.ts'
import { serverWithoutClient } from './checks/server-without-client.ts'
import { sharedFbp } from './checks/shared-fbp.ts'
import { sharedIp } from './checks/shared-ip.ts'
import { sharedPerson } from './checks/shared-person.ts'
import { sharedUserAgent } from './checks/shared-user-agent.ts'
import { silence } from './checks/silence.ts'
import { sourceMissing } from './checks/source-missing.ts'
import { testCodeLive } from './checks/test-code-live.ts'
import { testSiteLive } from './checks/test-site-live.ts'
import { tokenExpiring } from './checks/token-expiring.ts'
import { tokenUnused } from './checks/token-unused.ts'
import { tooManyNames } from './checks/too-many-names.ts'
import { trafficDrop } from './checks/traffic-drop.ts'
import { trafficSpike } from './checks/traffic-spike.ts'
import { twoInstallations } from './checks/two-installations.ts'
import { valueJump } from './checks/value-jump.ts'
import { valueMismatch } from './checks/value-mismatch.ts'
import { wrongHash } from './checks/wrong-hash.ts'
import { zeroValue } from './checks/zero-value.ts'

export const CHECKS: readonly Check[] = [
  silence,
  neverReceived,
  trafficDrop,
  trafficSpike,
  rejectedEvents,
  serverAtBrowserDoor,
  botTraffic,
  testCodeLive,
  testSiteLive,
  nearMissName,
  tooManyNames,
  formatRepaired,
  sourceMissing,
  missingValue,
  missingCurrency,
  invalidValue,
  invalidCurrency,
  negativeValue,
  zeroValue,
  constantValue,
  valueJump,
  newCurrency,
  valueMismatch,
  currencyMismatch,
  contentsOff,
  contentIdsMissing,
  catalogIdsUnknown,
  catalogIdsKind,
  catalogPriceOff,
  catalogCurrencyOff,
  orderMissing,
  orderReused,
  idForTwoOrders,
  repeatedPurchase,
  missingEventId,
  eventIdReused,
  idsDiffer,
  browserOnly,
  noServerReports,
  lateTwin,
  outsideWindow,
  browserLossRising,
  doublePixel,
  twoInstallations,
  platformChannel,
  personalData,
  wrongHash,
  placeholderValue,
  invalidMatchKeys,
  lowMatchQuality,
  matchQualityDrop,
  keyCoverageDrop,
  serverWithoutBrowserIds,
  serverWithoutClient,
  missingPage,
  sharedIp,
  sharedUserAgent,
  sharedPerson,
  sharedFbp,
  fbpUnstable,
  fbcExpired,
  fbcChanged,
  fbcMadeUp,
  ipDiffers,
  ipOlderForm,
  hashDiffers,
  lateServerEvents,
  eventTimeMismatch,
  clockOfServer,
  clockOfVisitors,
  eventsTooOld,
  foreignDomain,
  domainRefused,
  consentUnknown,
  consentLost,
  consentUnreadable,
  consentDiffers,
  deliveriesHeld,
  deliveriesRejected,
  deliveriesWaiting,
  destinationUnreachable,
  ruleFailing,
  tokenExpiring,
  tokenUnused,
]

export const checkOf = (code: string): Check | undefined => byCode.get(code)

const byCode = new Map(CHECKS.map((check) => [check.code, check]))
