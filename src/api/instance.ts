/** Routes about the running server itself: its state, the demo shop, this document. */
import { type Route, route } from './route.ts'
import { demoSchema, statusSchema } from './schemas.ts'
import type { StatusAnswer } from './types.ts'

export const instanceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/status',
    auth: { needs: 'read', on: 'own' },
    summary: 'How the server is',
    answer: {
      status: 200,
      description: 'ok is false while events are refused.',
      schema: statusSchema,
    },
    run: (_call, { health, version, publicUrl, nowMs }): StatusAnswer => ({
      ...health(),
      version,
      public_url: publicUrl ?? null,
      now: Math.floor(nowMs() / 1000),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/demo',
    auth: { needs: 'operate', on: 'instance' },
    history: 'demo.opened',
    summary: 'Open the demo shop',
    description: 'Creates its dataset the first time.',
    answer: { status: 200, description: 'Where the shop is.', schema: demoSchema },
    run: (_call, { startDemo }) => startDemo(),
  }),
  route({
    method: 'GET',
    path: '/api/openapi.json',
    auth: 'public',
    summary: 'This document',
    answer: { status: 200, description: 'OpenAPI 3.1.' },
    run: (_call, { openApi }) => openApi(),
  }),
]
