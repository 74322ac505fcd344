/** Starts the Events Manager in the page: colours, data, routes. Nothing else may run at import. */
import '@mantine/core/styles.css'
import './app.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError } from './api-client.ts'
import { applySavedColorScheme } from './color-scheme.ts'
import { queryClient, sessionQuery } from './queries.ts'
import { router } from './router.tsx'
import { theme } from './theme.ts'

applySavedColorScheme()

// A session that ended elsewhere: whatever page this is, ask to sign in and come back to it.
queryClient.getQueryCache().subscribe((event) => {
  if (event.type !== 'updated' || event.action.type !== 'error') return
  const { error } = event.query.state
  if (!(error instanceof ApiError) || error.status !== 401) return
  queryClient.removeQueries({ queryKey: sessionQuery.queryKey })
  void router.invalidate()
})

const root = document.getElementById('root')
if (!root) throw new Error('index.html must hold an element with the id root')
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
