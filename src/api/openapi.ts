/**
 * The OpenAPI 3.1 document, made from the route table, its schemas and the collector's contract.
 * Nothing in it is written by hand twice; api.ts answers it, a test checks it.
 */
import { z } from 'zod'
import { ERRORS } from '../errors.ts'
import {
  graphAnswerSchema,
  graphBodySchema,
  graphErrorSchema,
  pixelAnswerSchema,
  pixelBodySchema,
} from './collector-contract.ts'
import { SESSION_COOKIE } from './cookie.ts'
import { graphQualitySchema } from './quality-schemas.ts'
import { type Answer, type Auth, NEED_WORDS, type Route } from './route.ts'
import { errorSchema } from './schemas.ts'

type Document = Record<string, unknown>

const DESCRIPTION = [
  'Times are unix seconds unless the name ends in `_ms`. Every error has the same body; its `code`',
  'is stable, its `fix` says what to do.',
].join(' ')

const WHERE = { instance: '', own: '', dataset: ' for the dataset', business: ' in the business' }
const TOKEN = { bearer: [] }
const SESSION = { session: [] }

export function openApiOf(routes: readonly Route[], version: string): Document {
  const components: Document = {}
  const paths: Record<string, Document> = {}
  for (const route of routes) {
    const own = paths[route.path] ?? {}
    own[route.method.toLowerCase()] = operationOf(route, components)
    paths[route.path] = own
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Twofold', version, description: DESCRIPTION },
    paths: { ...paths, ...collectorPaths(components) },
    components: {
      schemas: components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: `By https \`__Host-${SESSION_COOKIE}\`, which wins.`,
        },
      },
    },
  }
}

function operationOf(route: Route, components: Document): Document {
  const { auth, summary, description, query, body } = route
  const who = whoMay(auth)
  return {
    summary,
    ...(description || who ? { description: [description, who].filter(Boolean).join(' ') } : {}),
    ...(auth === 'public' ? { security: [] } : { security: [TOKEN, SESSION] }),
    parameters: [...pathParameters(route.path), ...queryParameters(query, components)],
    ...(body
      ? { requestBody: { required: true, content: jsonContent(body, 'input', components) } }
      : {}),
    responses: {
      [route.answer.status]: answerOf(route.answer, components),
      default: {
        description: 'An error.',
        content: jsonContent(errorSchema, 'output', components),
      },
    },
  }
}

function whoMay(auth: Auth): string | undefined {
  if (auth === 'public') return undefined
  if (auth === 'person') return 'Needs somebody signed in; it is about their own account.'
  if (auth === 'token') return 'Needs a token that reads or more.'
  return `Needs ${NEED_WORDS[auth.needs]}${WHERE[auth.on]}.`
}

function answerOf({ description, schema, type }: Answer, components: Document): Document {
  if (!schema) return type ? { description, content: { [type]: {} } } : { description }
  const content = jsonContent(schema, 'output', components)
  return { description, content: type ? { [type]: content['application/json'] } : content }
}

function pathParameters(path: string): Document[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodType | undefined, components: Document): Document[] {
  if (!query) return []
  const { properties = {} } = schemaOf(query, 'input', components) as {
    properties?: Record<string, Document>
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description ? { description } : {}),
    schema,
  }))
}

function jsonContent(
  schema: z.ZodType,
  io: 'input' | 'output',
  components: Document,
): { 'application/json': Document } {
  return { 'application/json': { schema: schemaOf(schema, io, components) } }
}

/** JSON Schema of `schema`; what has an id of its own moves to the components. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Document): Document {
  const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  for (const [id, definition] of Object.entries($defs ?? {})) components[id] = moved(definition)
  return moved(rest)
}

function moved(schema: unknown): Document {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(text) as Document
}

function collectorPaths(components: Document): Record<string, Document> {
  const json = (schema: z.ZodType, io: 'input' | 'output' = 'output') =>
    jsonContent(schema, io, components)
  const graph = (status: number, summary: string, parameters: Document[]): Document => ({
    post: {
      summary,
      description: 'JSON, urlencoded or multipart; gzip or br. An empty `data` checks the token.',
      security: [TOKEN],
      parameters,
      requestBody: { required: true, content: json(graphBodySchema, 'input') },
      responses: {
        [status]: { description: DURABLE, content: json(graphAnswerSchema) },
        default: { description: 'As the Graph API says it.', content: json(graphErrorSchema) },
      },
    },
  })
  const dataset = pathParameters('/{dataset_id}')
  const pattern = '^v\\d+\\.\\d+$'
  const version = {
    name: 'version',
    in: 'path',
    required: true,
    schema: { type: 'string', pattern },
  }
  return {
    '/e': { post: pixelOperation(components) },
    '/{version}/{dataset_id}/events': graph(200, 'Report events as to the Graph API', [
      version,
      ...dataset,
    ]),
    '/{dataset_id}/events': graph(200, 'The same without a version', dataset),
    '/{version}/dataset_quality': graphQualityPath([version], components),
    '/dataset_quality': graphQualityPath([], components),
    '/capi/{dataset_id}/events': graph(202, 'The custom endpoint of the official SDKs', dataset),
  }
}

const DURABLE = 'The events are durably stored.'

function graphQualityPath(version: Document[], components: Document): Document {
  const parameter = (name: string, required: boolean, description: string): Document => ({
    name,
    in: 'query',
    required,
    description,
    schema: { type: 'string' },
  })
  return {
    get: {
      summary: "Match quality in the shape of Meta's Dataset Quality API",
      description: 'Needs a token that may read. The numbers are our own estimates.',
      security: [TOKEN],
      parameters: [
        ...version,
        parameter('dataset_id', true, 'The dataset: digits only.'),
        parameter('access_token', false, 'Instead of the header.'),
        parameter('fields', false, 'Such as `web{event_name,acr{percentage}}`. Default: all.'),
      ],
      responses: {
        200: {
          description: 'One entry per event name.',
          content: jsonContent(graphQualitySchema, 'output', components),
        },
        default: {
          description: 'As the Graph API says it.',
          content: jsonContent(graphErrorSchema, 'output', components),
        },
      },
    },
  }
}

function pixelOperation(components: Document): Document {
  const body = jsonContent(pixelBodySchema, 'input', components)
  return {
    summary: 'Report events from the browser (the pixel does)',
    description:
      'The body is JSON sent as text/plain, so that no preflight is needed. Answered after the ' +
      `commit; ${ERRORS.overloaded.status} and ${ERRORS.rate_limited.status} mean: try again.`,
    security: [],
    requestBody: { required: true, content: { 'text/plain': body['application/json'] } },
    responses: {
      200: { description: DURABLE, content: jsonContent(pixelAnswerSchema, 'output', components) },
      default: {
        description: 'An error.',
        content: jsonContent(errorSchema, 'output', components),
      },
    },
  }
}
