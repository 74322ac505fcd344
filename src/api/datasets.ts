/** Routes about datasets: list, create, read, change, delete. Rules stand in access/datasets.ts. */
import { allows } from '../access/grant.ts'
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import { type Route, route } from './route.ts'
import {
  datasetCreatedSchema,
  datasetCreateSchema,
  datasetPatchSchema,
  datasetSchema,
  datasetsSchema,
} from './schemas.ts'
import type { DatasetView } from './types.ts'

const PATH = '/api/datasets/{id}'

export const datasetRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets',
    auth: { purpose: 'read', on: 'own' },
    summary: 'List the datasets this token may read',
    answer: { status: 200, description: 'The oldest first.', schema: datasetsSchema },
    run: ({ grant }, { access }) => ({
      datasets: access
        .datasets()
        .filter(({ dataset_id }) => allows(grant, dataset_id, 'read'))
        .map(viewDataset),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/datasets',
    auth: { purpose: 'admin', on: 'instance' },
    summary: 'Create a dataset',
    description: 'Every setting but the name has a default.',
    body: datasetCreateSchema,
    answer: {
      status: 201,
      description: 'The dataset and a token that sends events to it, shown this once.',
      schema: datasetCreatedSchema,
    },
    run: async ({ body }, { access }) => {
      const { dataset, access_token } = await access.createDataset(body)
      return { dataset_id: dataset.dataset_id, access_token, dataset: viewDataset(dataset) }
    },
  }),
  route({
    method: 'GET',
    path: PATH,
    auth: { purpose: 'read', on: 'dataset' },
    summary: 'Read a dataset and its settings',
    answer: { status: 200, description: 'The dataset.', schema: datasetSchema },
    run: ({ id }, { access }) => viewDataset(access.findDataset(id) ?? missing(id)),
  }),
  route({
    method: 'PATCH',
    path: PATH,
    auth: { purpose: 'admin', on: 'dataset' },
    summary: 'Change settings of a dataset',
    description: 'What the body leaves out stays as it is.',
    body: datasetPatchSchema,
    answer: { status: 200, description: 'The dataset as it is now.', schema: datasetSchema },
    run: async ({ id, body }, { access }) => viewDataset(await access.updateDataset(id, body)),
  }),
  route({
    method: 'DELETE',
    path: PATH,
    auth: { purpose: 'admin', on: 'dataset' },
    summary: 'Delete a dataset with its tokens and every event it holds',
    answer: { status: 204, description: 'It is gone.' },
    run: async ({ id }, { access, rules }) => {
      await access.deleteDataset(id)
      await rules.forget(id)
    },
  }),
]

function missing(id: string): never {
  throw new TwofoldError('dataset_not_found', `There is none with id ${id}.`)
}

function viewDataset({ created_at_ms, demo, ...rest }: Dataset): DatasetView {
  return { ...rest, created_at: Math.floor(created_at_ms / 1000), demo: demo ?? false }
}
