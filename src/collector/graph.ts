/**
 * The Graph-compatible door for servers: POST /v{N}.{M}/{dataset}/events, with or without version,
 * in every shape the known clients send. It checks token, dataset and data in Meta's order and
 * hands the events on untouched; capi.ts is the same door with another handshake.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { consentPolicyOf } from '../event/consent.ts'
import type { Dataset } from '../event/dataset.ts'
import type { GraphErrorName } from '../event/problems.ts'
import type { Delivery } from '../ingest/ingest.ts'
import { EVENTS_PER_REQUEST_MAX, REQUEST_TEXT_CHARS_MAX } from '../limits.ts'
import { readConsent } from './consent/read-consent.ts'
import { type Parameters, parseJson, readParameters } from './parameters.ts'
import type { Parsing } from './parsing.ts'
import type {
  Door,
  DoorPorts,
  PixelDoorPorts,
  ServerBody,
  ServerDoorPorts,
  TakeServerBody,
} from './ports.ts'
import { type Answer, graphAnswer, graphRefusal, graphThrown, send } from './respond.ts'

interface EventsRoute {
  readonly Params: { dataset: string }
}

export function registerGraph(app: FastifyInstance, ports: DoorPorts): void {
  const events = [`${VERSION}/:dataset/events`, '/:dataset(^\\d+$)/events']
  for (const url of events) {
    app.post<EventsRoute>(url, async (request, reply) =>
      send(reply, await takeEvents(request, ports, { via: 'graph', okStatus: 200 })),
    )
  }
  // The SDKs' crash reporters come here, and whatever else of the Graph API we are not.
  const elsewhere = [VERSION, `${VERSION}/*`, '/debug_token', '/:app(^\\d+$)/instruments']
  for (const url of elsewhere) {
    app.all(url, (request, reply) => {
      const path = (request.url.split('?', 1)[0] ?? '').slice(0, REQUEST_TEXT_CHARS_MAX)
      const fix = 'Twofold takes events: POST /v{N}.{M}/{dataset_id}/events.'
      const answer = graphRefusal('unknown_path', ports.random, { particulars: path, fix })
      return send(reply, { ...answer, status: 404 })
    })
  }
}

const VERSION = '/:version(^v[0-9.]+$)'

/** One request of events, to its answer. Answers 200/202 only after the durable commit. */
export async function takeEvents(
  request: FastifyRequest<EventsRoute>,
  ports: DoorPorts,
  door: Door,
): Promise<Answer> {
  let parsed: ReturnType<Parsing['begin']> | undefined
  try {
    const body = request.body as Buffer | undefined
    const bytes = body?.length ?? 0
    if (body) parsed = ports.parsing.begin(body)
    const query = request.query as Parameters
    const taken = body && (await takenElsewhere(request, ports, { body, query, door }))
    if (taken && !Buffer.isBuffer(taken)) return taken
    const sent = await readParameters(taken, request.headers['content-type'])
    const parameters = { ...query, ...withoutNulls(sent) }
    const { refused, dataset } = findPermitted(request, ports, parameters)
    if (refused) return refused
    return await takePermitted(ports, { dataset, parameters, door, bytes })
  } catch (error) {
    const answer = graphThrown(error, ports.random)
    if (answer.status === 500) ports.logError(error)
    return answer
  } finally {
    parsed?.done()
  }
}

/**
 * A body of JSON whose token stands in the address or the headers is read where the events are
 * kept: a thousand events need not be parsed twice. The body: it must be read here after all.
 */
async function takenElsewhere(
  request: FastifyRequest<EventsRoute>,
  ports: DoorPorts,
  { body, query, door }: Pick<ServerBody, 'body' | 'query' | 'door'>,
): Promise<Answer | Buffer> {
  const type = request.headers['content-type'] ?? ''
  if (!ports.takeServerBody || !/^application\/json\b/i.test(type)) return body
  const { refused, dataset } = findPermitted(request, ports, query)
  if (refused) return body
  const token = tokenOf(request, query) ?? ''
  return ports.takeServerBody({ dataset_id: dataset.dataset_id, token, body, query, door })
}

interface PermittedRequest {
  readonly dataset: Dataset
  readonly parameters: Parameters
  readonly door: Door
  readonly bytes: number
}

/** For whoever may send to the dataset. Throws what accept() throws. */
async function takePermitted(
  ports: ServerDoorPorts,
  { dataset, parameters, door, bytes }: PermittedRequest,
): Promise<Answer> {
  const read = readData(parameters.data)
  if ('name' in read) return graphRefusal(read.name, ports.random, read)
  const waitS = ports.rate.take(dataset, read.events.length)
  if (waitS > 0) return tooFast(dataset, waitS, ports)
  const { events, perEvent } = takeConsent(read.events, dataset)
  const outcomes = await ports.accept({
    dataset,
    envelope: {
      channel: 'server',
      via: door.via,
      ...shortText(parameters, 'test_event_code'),
      ...shortText(parameters, 'partner_agent'),
    },
    events,
    ...(perEvent ? { perEvent } : {}),
    bytes,
  })
  return graphAnswer(outcomes, door.okStatus, ports.random)
}

/**
 * The other end of takeServerBody: the sender was permitted by `token`. A body that names another
 * token is not taken: that one has to be looked up first.
 */
export function createServerDoor(ports: PixelDoorPorts): TakeServerBody {
  return async ({ dataset_id, token, body, query, door }) => {
    try {
      const sent = await readParameters(body, 'application/json')
      const parameters = { ...query, ...withoutNulls(sent) }
      const named = tokenIn(parameters)
      const dataset = ports.findDataset(dataset_id)
      if ((named && named !== token) || !dataset) return body
      return await takePermitted(ports, { dataset, parameters, door, bytes: body.length })
    } catch (error) {
      const answer = graphThrown(error, ports.random)
      if (answer.status === 500) ports.logError(error)
      return answer
    }
  }
}

/** The SDKs send what is not set as null: it must not hide what the query says. */
function withoutNulls(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null))
}

type Permitted = { refused: Answer; dataset?: never } | { refused?: never; dataset: Dataset }

/** Token first, then dataset, as Meta. An appsecret_proof is ignored: we hold no app secret. */
function findPermitted(
  request: FastifyRequest<EventsRoute>,
  ports: DoorPorts,
  parameters: Parameters,
): Permitted {
  const id = request.params.dataset
  const refuse = (name: GraphErrorName, fix: string): Permitted => ({
    refused: graphRefusal(name, ports.random, { particulars: id, fix }),
  })
  const token = tokenOf(request, parameters)
  if (!token) {
    return refuse(
      'no_token',
      'Send the access token of the dataset as access_token or as Authorization: Bearer.',
    )
  }
  if (!ports.grantOf(token)) {
    return refuse(
      'bad_token',
      'This Twofold does not know the access token. Make one with `twofold token create`.',
    )
  }
  const dataset = ports.findDataset(id)
  if (!dataset || !ports.authorize(token, id, 'send')) {
    // Who may read it knows already that it is there.
    const reads = dataset && ports.authorize(token, id, 'read')
    return refuse(
      'unknown_dataset',
      reads
        ? `This token only reads. Make one that sends: \`twofold token create --dataset ${id} --purpose send\`.`
        : `There is no dataset ${id} here, or this token may not send to it. See \`twofold dataset list\`.`,
    )
  }
  return { dataset }
}

function tokenOf({ headers }: FastifyRequest, parameters: Parameters): string | undefined {
  return tokenIn(parameters) ?? bearerIn(headers.authorization)
}

function tokenIn(parameters: Parameters): string | undefined {
  for (const key of ['access_token', 'accessKey']) {
    const token = parameters[key]
    if (typeof token === 'string' && token) return token
  }
  return undefined
}

function bearerIn(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)\s*$/i.exec(header ?? '')?.[1]
}

type Data =
  | { readonly events: readonly unknown[] }
  | { readonly name: GraphErrorName; readonly particulars?: string; readonly fix: string }

const DATA_FIX = 'Send data as a list of event objects.'

/** A list, or its JSON text; each event an object, or its JSON text. */
function readData(data: unknown): Data {
  if (data === undefined || data === null || data === '') {
    return { name: 'data_required', fix: DATA_FIX }
  }
  const list = typeof data === 'string' ? listIn(data) : data
  if (!Array.isArray(list)) return { name: 'data_not_array', fix: DATA_FIX }
  if (list.length === 0) return { name: 'data_empty', fix: DATA_FIX }
  if (list.length > EVENTS_PER_REQUEST_MAX) {
    const fix = `The request holds ${list.length} events; send them in several requests.`
    return { name: 'too_many_events', particulars: String(EVENTS_PER_REQUEST_MAX), fix }
  }
  return { events: list.map((event) => (typeof event === 'string' ? eventIn(event) : event)) }
}

function listIn(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** What is no JSON stays text: parse says so, with the index of the event. */
function eventIn(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

/**
 * `consent` inside an event is ours, not Meta's: in `meta` mode it stays where it is and is refused
 * like any other key that Meta does not know.
 */
function takeConsent(
  events: readonly unknown[],
  dataset: Dataset,
): Pick<Delivery, 'events' | 'perEvent'> {
  const hasConsent = (event: unknown): event is { readonly consent: unknown } =>
    typeof event === 'object' && event !== null && 'consent' in event
  if (dataset.mode === 'meta' || !events.some(hasConsent)) return { events }
  const policy = consentPolicyOf(dataset)
  return {
    events: events.map((event) => {
      if (!hasConsent(event)) return event
      const { consent: _, ...rest } = event
      return rest
    }),
    perEvent: events.map((event) => {
      if (!hasConsent(event)) return {}
      const { consent, findings } = readConsent(event.consent, { policy, signal: 'api' })
      return { ...(consent ? { consent } : {}), ...(findings.length > 0 ? { findings } : {}) }
    }),
  }
}

function shortText<Key extends string>(parameters: Parameters, key: Key): { [K in Key]?: string } {
  const value = parameters[key]
  if (typeof value !== 'string' || !value.trim()) return {}
  return { [key]: value.trim().slice(0, REQUEST_TEXT_CHARS_MAX) } as { [K in Key]?: string }
}

function tooFast(dataset: Dataset, retryAfterS: number, ports: ServerDoorPorts): Answer {
  const fix =
    `More than ${dataset.events_per_minute_max} events in a minute. Wait ${retryAfterS} s, or ` +
    'raise events_per_minute_max of the dataset.'
  return graphRefusal('rate_limited', ports.random, { fix, retryAfterS })
}
