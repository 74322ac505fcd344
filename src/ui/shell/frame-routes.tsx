/** The two frames that pages stand in: for whoever is signed in, and of a dataset. */
import { createRoute, redirect } from '@tanstack/react-router'
import { queryClient, sessionQuery } from '../queries.ts'
import { rootRoute } from '../welcome/welcome-routes.tsx'
import { DatasetFrame } from './dataset-frame.tsx'
import { Shell } from './shell.tsx'

export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery)
    if (session.signed_in) return
    const next = location.href === '/' ? {} : { next: location.href }
    throw redirect({ to: '/sign-in', search: next, replace: true })
  },
  component: Shell,
})

export const datasetRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/datasets/$datasetId',
  component: DatasetFrame,
})
