/**
 * Routes about integrations: what a merchant puts into their shop, filled in for this server and
 * dataset. The texts are made in integrations.ts; they hold no secret.
 */
import { TwofoldError } from '../errors.ts'
import { integrationsSchema } from './integration-schemas.ts'
import type { Context, IntegrationPlace } from './ports.ts'
import { type Call, type Route, route } from './route.ts'

const PATH = '/api/datasets/{id}/integrations'
const READ = { needs: 'read', on: 'dataset' } as const

export const integrationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: READ,
    summary: 'List the snippets and plugins for shops, filled in for this dataset',
    answer: {
      status: 200,
      description: 'In the order of the page. They hold no secret.',
      schema: integrationsSchema,
    },
    run: (call, context) => ({
      integrations: context.integrations
        .list(placeOf(call, context))
        .map(({ source, warning, archiveAbout, files, ...one }) => ({
          ...one,
          files: files.map(({ isImported, ...file }) => ({ ...file, is_imported: isImported })),
          source: source ?? null,
          warning: warning ?? null,
          archive_about: archiveAbout ?? null,
        })),
    }),
  }),
  route({
    method: 'GET',
    path: `${PATH}/{name}/archive`,
    auth: READ,
    summary: 'Download an integration as a zip file',
    answer: { status: 200, description: 'As it is uploaded there.', type: 'application/zip' },
    run: (call, context) => {
      const { name = '' } = call.params
      const archive = context.integrations.archiveOf(name, placeOf(call, context))
      if (!archive) throw new TwofoldError('not_found', `There is no archive named ${name}.`)
      return call.reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${archive.name}"`)
        .header('cache-control', 'no-store')
        .send(archive.bytes)
    },
  }),
]

type Asked = Pick<Call<unknown, unknown>, 'id' | 'request'>

function placeOf({ id, request }: Asked, { publicUrl, connections }: Context): IntegrationPlace {
  return {
    origin: publicUrl ?? `${request.protocol}://${request.host}`,
    datasetId: id,
    connections: connections.list(id).filter(({ enabled }) => enabled),
  }
}
