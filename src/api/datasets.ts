/** Routes about datasets: list, create, read, change, delete. Rules stand in access/datasets.ts. */
import type { Access } from '../access/access.ts'
import { nameOf } from '../access/caller.ts'
import type { Need } from '../access/roles.ts'
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import { type Call, type Route, route } from './route.ts'
import {
  datasetCreatedSchema,
  datasetCreateSchema,
  datasetMoveSchema,
  datasetPatchSchema,
  datasetSchema,
  datasetsSchema,
} from './schemas.ts'
import type { DatasetCreated, DatasetView } from './types.ts'

const CREATED = {
  status: 201,
  description: 'The dataset and a token that sends events to it, shown this once.',
  schema: datasetCreatedSchema,
}

const PATH = '/api/datasets/{id}'

export const datasetRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets',
    auth: { needs: 'read', on: 'own' },
    summary: 'List the datasets you may read',
    answer: { status: 200, description: 'The oldest first.', schema: datasetsSchema },
    run: (call, { access }) => ({
      datasets: access
        .datasets()
        .filter(({ dataset_id: id }) => call.may('read', { on: 'dataset', id }))
        .map((dataset) => viewDataset(dataset, call, access)),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/datasets',
    auth: { needs: 'operate', on: 'instance' },
    history: 'dataset.created',
    summary: 'Create a dataset in the first business',
    description: 'For automation. Every setting but the name has a default.',
    body: datasetCreateSchema,
    answer: CREATED,
    run: async (call, { access }) =>
      viewCreated(
        await access.createDataset(call.body, { made_by: nameOf(call.caller) }),
        call,
        access,
      ),
  }),
  route({
    method: 'POST',
    path: '/api/businesses/{id}/datasets',
    auth: { needs: 'administer', on: 'business' },
    history: 'dataset.created',
    summary: 'Create a dataset in a business',
    description: 'Every setting but the name has a default.',
    body: datasetCreateSchema,
    answer: CREATED,
    run: async (call, { access }) => {
      const extra = { business_id: call.id, made_by: nameOf(call.caller) }
      return viewCreated(await access.createDataset(call.body, extra), call, access)
    },
  }),
  route({
    method: 'GET',
    path: PATH,
    auth: { needs: 'read', on: 'dataset' },
    summary: 'Read a dataset and its settings',
    answer: { status: 200, description: 'The dataset.', schema: datasetSchema },
    run: (call, { access }) =>
      viewDataset(access.findDataset(call.id) ?? missing(call.id), call, access),
  }),
  route({
    method: 'PATCH',
    path: PATH,
    auth: { needs: 'develop', on: 'dataset' },
    history: 'dataset.changed',
    summary: 'Change settings of a dataset',
    description: 'What the body leaves out stays as it is.',
    body: datasetPatchSchema,
    answer: { status: 200, description: 'The dataset as it is now.', schema: datasetSchema },
    run: async (call, { access }) =>
      viewDataset(await access.updateDataset(call.id, call.body), call, access),
  }),
  route({
    method: 'POST',
    path: `${PATH}/move`,
    auth: { needs: 'own', on: 'dataset' },
    history: 'dataset.moved',
    summary: 'Give a dataset to another business that you own too',
    description: 'With its events, tokens, rules and destinations.',
    body: datasetMoveSchema,
    answer: { status: 200, description: 'The dataset as it is now.', schema: datasetSchema },
    run: async (call, { access }) => {
      const target = { on: 'business', id: call.body.business_id } as const
      if (!access.rights.sees(call.caller, target)) throw new TwofoldError('business_not_found')
      call.require('own', target)
      return viewDataset(await access.moveDataset(call.id, target.id), call, access)
    },
  }),
  route({
    method: 'DELETE',
    path: PATH,
    auth: { needs: 'administer', on: 'dataset' },
    history: 'dataset.deleted',
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

type Viewer = Pick<Call<unknown, unknown>, 'caller'>

function viewDataset(
  { created_at_ms, demo, ...rest }: Dataset,
  { caller }: Viewer,
  { businessOf, rights }: Access,
): DatasetView {
  const scope = { on: 'dataset', id: rest.dataset_id } as const
  return {
    ...rest,
    business_id: businessOf(rest.dataset_id) ?? '',
    created_at: Math.floor(created_at_ms / 1000),
    demo: demo ?? false,
    may: [...rights.needsMet(caller, scope)] as Need[],
  }
}

function viewCreated(
  { dataset, access_token }: { dataset: Dataset; access_token: string },
  viewer: Viewer,
  access: Access,
): DatasetCreated {
  const { dataset_id } = dataset
  return { dataset_id, access_token, dataset: viewDataset(dataset, viewer, access) }
}
