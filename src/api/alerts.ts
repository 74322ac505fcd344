/** Routes about alerts: who is told of what, of a dataset or of a business; a test; the history. */
import { CHECKS } from '../quality/diagnostics/table.ts'
import type { AlertRecord, AlertScope } from '../watch/view.ts'
import { alertChangeSchema, alertsSchema, alertTestSchema } from './alerts-schemas.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'
import type { AlertsAnswer } from './types.ts'

const SHOWN = { status: 200, description: 'The alerts as they are now.', schema: alertsSchema }

const SCOPES = [
  { on: 'dataset', path: '/api/datasets/{id}/alerts', needs: 'develop' },
  { on: 'business', path: '/api/businesses/{id}/alerts', needs: 'administer' },
] as const

export const alertRoutes: readonly Route[] = [
  ...SCOPES.flatMap(({ on, path, needs }) => [
    route({
      method: 'GET',
      path,
      auth: { needs, on },
      summary: `Who is told of findings of a ${on}, and what was sent`,
      answer: SHOWN,
      run: ({ id }, context) => view({ on, id }, context),
    }),
    route({
      method: 'PUT',
      path,
      auth: { needs, on },
      history: 'alerts.changed',
      summary: `Change the alerts of a ${on}`,
      description:
        'What is left out stays. A masked secret that is sent back stays as it is; where ' +
        '`webhook_url` moves to another server, the secret is entered with it.',
      body: alertChangeSchema,
      answer: SHOWN,
      run: async ({ id, body }, context) => {
        const scope = { on, id } as const
        await context.alerts.change(scope, body)
        return view(scope, context)
      },
    }),
    route({
      method: 'DELETE',
      path,
      auth: { needs, on },
      history: 'alerts.reset',
      summary: on === 'dataset' ? 'Follow the alerts of the business again' : 'Remove these alerts',
      answer: SHOWN,
      run: async ({ id }, context) => {
        await context.alerts.reset({ on, id })
        return view({ on, id }, context)
      },
    }),
  ]),
  route({
    method: 'POST',
    path: '/api/datasets/{id}/alerts/test',
    auth: { needs: 'develop', on: 'dataset' },
    history: 'alerts.tested',
    summary: 'Send a test to every channel at once',
    answer: { status: 200, description: 'What came of each.', schema: alertTestSchema },
    run: ({ id }, context) =>
      context.alone(`alert test ${id}`, async () => ({
        sent: (await context.alerts.test(id)).map(viewRecord),
      })),
  }),
]

function view(scope: AlertScope, { alerts, access }: Context): AlertsAnswer {
  const { settings, own } = alerts.settings(scope)
  const { webhook_url, webhook_secret } = settings
  return {
    settings: {
      ...settings,
      emails: [...settings.emails],
      rules: { ...settings.rules },
      webhook_url: webhook_url && `${new URL(webhook_url).origin}/••••`,
      webhook_secret: webhook_secret && `•••• ${webhook_secret.slice(-4)}`,
    },
    own,
    mail: alerts.hasMail,
    history: scope.on === 'dataset' ? alerts.history(scope.id).map(viewRecord) : [],
    datasets: scope.on === 'business' ? datasetsOf(scope.id, { alerts, access }) : [],
    checks: CHECKS.map(({ code, title, severity }) => ({ code, title, severity })),
  }
}

/** What each dataset of the business makes of its settings; all of it is in memory. */
function datasetsOf(
  businessId: string,
  { alerts, access }: Pick<Context, 'alerts' | 'access'>,
): AlertsAnswer['datasets'] {
  const { settings: common } = alerts.settings({ on: 'business', id: businessId })
  const keys = Object.keys(common) as (keyof typeof common)[]
  return access
    .datasets()
    .filter(({ dataset_id }) => access.businessOf(dataset_id) === businessId)
    .map(({ dataset_id, name }) => {
      const { settings, own } = alerts.settings({ on: 'dataset', id: dataset_id })
      const isOther = (key: (typeof keys)[number]): boolean =>
        JSON.stringify(settings[key]) !== JSON.stringify(common[key])
      return { dataset_id, name, own, differs: own ? keys.filter(isOther) : [] }
    })
}

function viewRecord(record: AlertRecord): AlertsAnswer['history'][number] {
  const { at_ms, findings, error, ...rest } = record
  return { ...rest, at: Math.floor(at_ms / 1000), findings: [...findings], error: error ?? null }
}
