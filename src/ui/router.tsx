/**
 * The addresses of the Events Manager. What a person chose on a page (window, filters, tab) stands
 * in the address, so that every view can be shared and survives a reload.
 */
import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import type { OidcProblem } from '../api/types.ts'
import type { Channel } from '../event/shape.ts'
import {
  addDestinationRoute,
  deadLettersRoute,
  deliveriesRoute,
  destinationRoute,
  destinationsRoute,
  replayRoute,
} from './destinations/relay-routes.tsx'
import { readLogSearch } from './event-log/log-search.ts'
import { HomePage } from './home/home.tsx'
import { type ChosenServer, chosenServer } from './install/server-names.ts'
import { problemIn } from './parts/oidc-problem.tsx'
import { PageError, PageLoading } from './parts/states.tsx'
import { QUALITY_WINDOWS, type QualityWindow } from './quality-queries.ts'
import { text } from './search-text.ts'
import { datasetRoute, signedInRoute } from './shell/frame-routes.tsx'
import {
  invitationRoute,
  newPasswordRoute,
  rootRoute,
  setupRoute,
  signInLinkRoute,
  signInRoute,
} from './welcome/welcome-routes.tsx'
import { WINDOWS, type WindowName } from './window.ts'

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  validateSearch: (search): { business?: string | undefined } => ({
    business: text(search.business),
  }),
  component: HomePage,
})

const accountRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account',
  validateSearch: (search): { problem?: OidcProblem | undefined } => ({
    problem: problemIn(search.problem),
  }),
  component: lazyRouteComponent(() => import('./access/account.tsx'), 'AccountPage'),
})

const accountsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./access/accounts.tsx'), 'AccountsPage'),
})

const peopleRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/businesses/$businessId/people',
  component: lazyRouteComponent(() => import('./access/people.tsx'), 'PeoplePage'),
})

const historyRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/businesses/$businessId/history',
  component: lazyRouteComponent(() => import('./access/history.tsx'), 'HistoryPage'),
})

const businessAlertsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/businesses/$businessId/alerts',
  component: lazyRouteComponent(
    () => import('./diagnostics/business-alerts.tsx'),
    'BusinessAlertsPage',
  ),
})

/*
 * A search that is not valid must become undefined and not be left out: what is left out of the
 * answer, the router takes from the address unchecked.
 */
interface OverviewSearch {
  readonly window?: WindowName | undefined
  readonly show?: 'table' | undefined
}

const overviewRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/',
  validateSearch: (search): OverviewSearch => ({
    window: WINDOWS.find((name) => name === search.window),
    show: search.show === 'table' ? ('table' as const) : undefined,
  }),
  component: lazyRouteComponent(() => import('./overview/overview.tsx'), 'OverviewPage'),
})

interface TestEventsSearch {
  readonly channel?: Channel | undefined
  readonly event?: string | undefined
  readonly code?: string | undefined
  readonly browser?: string | undefined
  readonly q?: string | undefined
}

const CHANNELS: readonly Channel[] = ['browser', 'server', 'other']

const testEventsRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/test-events',
  validateSearch: (search): TestEventsSearch => ({
    channel: CHANNELS.find((channel) => channel === search.channel),
    event: text(search.event),
    code: text(search.code),
    browser: text(search.browser),
    q: text(search.q),
  }),
  component: lazyRouteComponent(() => import('./live/test-events.tsx'), 'TestEventsPage'),
})

const sourcesRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/sources',
  component: lazyRouteComponent(() => import('./sources/sources.tsx'), 'SourcesPage'),
})

const addSourceRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/sources/new',
  validateSearch: (search): { source?: string | undefined } => ({ source: text(search.source) }),
  component: lazyRouteComponent(() => import('./sources/add-source.tsx'), 'AddSourcePage'),
})

const sourceRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/sources/$connectionId',
  component: lazyRouteComponent(() => import('./sources/source.tsx'), 'SourcePage'),
})

const eventLogRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/events',
  validateSearch: readLogSearch,
  component: lazyRouteComponent(() => import('./event-log/event-log.tsx'), 'EventLogPage'),
})

const eventStoryRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/events/$eventId',
  component: lazyRouteComponent(() => import('./event-log/event-story.tsx'), 'EventStoryPage'),
})

const FINDING_STATES = ['open', 'muted', 'resolved'] as const
type FindingState = (typeof FINDING_STATES)[number]

const diagnosticsRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/diagnostics',
  validateSearch: (search): { state?: FindingState | undefined; on?: string | undefined } => ({
    state: FINDING_STATES.find((state) => state === search.state),
    on: text(search.on),
  }),
  component: lazyRouteComponent(() => import('./diagnostics/diagnostics.tsx'), 'DiagnosticsPage'),
})

const alertsRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/alerts',
  component: lazyRouteComponent(() => import('./diagnostics/alerts.tsx'), 'AlertsPage'),
})

interface InstallSearch {
  readonly site?: 'companion' | undefined
  readonly server?: ChosenServer | undefined
  /** By Meta's SDK where there is one of ours; or only with what comes with the language. */
  readonly sdk?: 'meta' | 'none' | undefined
  /** Which shop or site builder. */
  readonly platform?: string | undefined
}

const installRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/install',
  validateSearch: (search): InstallSearch => ({
    site: search.site === 'companion' ? ('companion' as const) : undefined,
    server: chosenServer(search.server),
    sdk: (['meta', 'none'] as const).find((sdk) => sdk === search.sdk),
    platform: text(search.platform),
  }),
  component: lazyRouteComponent(() => import('./install/install.tsx'), 'InstallPage'),
})

const rulesRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/rules',
  component: lazyRouteComponent(() => import('./rules/rules.tsx'), 'RulesPage'),
})

interface QualitySearch {
  readonly window?: QualityWindow | undefined
  readonly event?: string | undefined
  readonly side?: 'browser' | undefined
}

const qualityWindowOf = (value: unknown): QualityWindow | undefined =>
  QUALITY_WINDOWS.find((name) => name === value)

const matchQualityRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/match-quality',
  validateSearch: (search): Pick<QualitySearch, 'window'> => ({
    window: qualityWindowOf(search.window),
  }),
  component: lazyRouteComponent(() => import('./quality/match-quality.tsx'), 'MatchQualityPage'),
})

const deduplicationRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/deduplication',
  validateSearch: (search): QualitySearch => ({
    window: qualityWindowOf(search.window),
    event: text(search.event),
    side: search.side === 'browser' ? ('browser' as const) : undefined,
  }),
  component: lazyRouteComponent(() => import('./quality/deduplication.tsx'), 'DeduplicationPage'),
})

const lossRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/loss',
  validateSearch: (search): Omit<QualitySearch, 'side'> => ({
    window: qualityWindowOf(search.window),
    event: text(search.event),
  }),
  component: lazyRouteComponent(() => import('./quality/loss.tsx'), 'LossPage'),
})

interface ReconciliationSearch {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly day?: string | undefined
  readonly show?: 'all' | undefined
}

const dayIn = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined

const reconciliationRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/reconciliation',
  validateSearch: (search): ReconciliationSearch => ({
    from: dayIn(search.from),
    to: dayIn(search.to),
    day: dayIn(search.day),
    show: search.show === 'all' ? ('all' as const) : undefined,
  }),
  component: lazyRouteComponent(
    () => import('./reconcile/reconciliation.tsx'),
    'ReconciliationPage',
  ),
})

const catalogRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/catalog',
  validateSearch: (search): Pick<QualitySearch, 'window'> => ({
    window: qualityWindowOf(search.window),
  }),
  component: lazyRouteComponent(() => import('./catalog/catalog.tsx'), 'CatalogPage'),
})

const importRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/import',
  component: lazyRouteComponent(() => import('./offline/import.tsx'), 'ImportPage'),
})

const tokensRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/tokens',
  component: lazyRouteComponent(() => import('./access/tokens.tsx'), 'TokensPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings.tsx'), 'SettingsPage'),
})

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    setupRoute,
    signInLinkRoute,
    invitationRoute,
    newPasswordRoute,
    signInRoute,
    signedInRoute.addChildren([
      homeRoute,
      accountRoute,
      accountsRoute,
      peopleRoute,
      historyRoute,
      businessAlertsRoute,
      datasetRoute.addChildren([
        overviewRoute,
        testEventsRoute,
        matchQualityRoute,
        deduplicationRoute,
        lossRoute,
        reconciliationRoute,
        catalogRoute,
        eventLogRoute,
        eventStoryRoute,
        diagnosticsRoute,
        alertsRoute,
        rulesRoute,
        sourcesRoute,
        addSourceRoute,
        sourceRoute,
        importRoute,
        destinationsRoute,
        addDestinationRoute,
        destinationRoute,
        deliveriesRoute,
        replayRoute,
        deadLettersRoute,
        installRoute,
        tokensRoute,
        settingsRoute,
      ]),
    ]),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: PageError,
  defaultPendingComponent: PageLoading,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
