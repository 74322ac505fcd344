/** The addresses of the relay: destinations, deliveries, replays, dead letters. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { DeliveryStateView } from '../../api/types.ts'
import { STATES } from '../delivery-words.ts'
import { text } from '../search-text.ts'
import { datasetRoute } from '../shell/frame-routes.tsx'

export const destinationsRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/destinations',
  component: lazyRouteComponent(() => import('./destinations.tsx'), 'DestinationsPage'),
})

export const addDestinationRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/destinations/new',
  validateSearch: (search): { type?: string | undefined } => ({ type: text(search.type) }),
  component: lazyRouteComponent(() => import('./add-destination.tsx'), 'AddDestinationPage'),
})

export const destinationRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/destinations/$destinationId',
  component: lazyRouteComponent(() => import('./destination.tsx'), 'DestinationPage'),
})

interface DeliveriesSearch {
  readonly destination?: string | undefined
  readonly state?: DeliveryStateView | undefined
  readonly code?: string | undefined
  readonly event_id?: string | undefined
  readonly order_id?: string | undefined
}

export const deliveriesRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/deliveries',
  validateSearch: (search): DeliveriesSearch => ({
    destination: text(search.destination),
    state: STATES.find((state) => state === search.state),
    code: text(search.code),
    event_id: text(search.event_id),
    order_id: text(search.order_id),
  }),
  component: lazyRouteComponent(() => import('../deliveries/deliveries.tsx'), 'DeliveriesPage'),
})

export const replayRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/deliveries/replay',
  validateSearch: (search): { replay?: string | undefined } => ({ replay: text(search.replay) }),
  component: lazyRouteComponent(() => import('../deliveries/replay.tsx'), 'ReplayPage'),
})

export const deadLettersRoute = createRoute({
  getParentRoute: () => datasetRoute,
  path: '/dead-letters',
  validateSearch: (search): Pick<DeliveriesSearch, 'destination' | 'code'> => ({
    destination: text(search.destination),
    code: text(search.code),
  }),
  component: lazyRouteComponent(() => import('../deliveries/dead-letters.tsx'), 'DeadLettersPage'),
})
