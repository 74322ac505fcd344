/**
 * One request to Meta. The token travels in a header and the proof in the body, never in the
 * address, which proxies write down.
 */
import { createHmac } from 'node:crypto'
import type { SendPorts } from './destination.ts'
import { exchangeOver, type HttpResult } from './http-exchange.ts'
import { eventsUrl, type MetaSettings } from './meta-settings.ts'

/** Everything of a request but its events: made once for a batch. */
export interface MetaRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The body around the events. */
  readonly before: string
  readonly after: string
  readonly secrets: readonly string[]
}

export function metaRequest(settings: MetaSettings): MetaRequest {
  const { access_token, app_secret, test_event_code, partner_agent } = settings
  const proof = app_secret && createHmac('sha256', app_secret).update(access_token).digest('hex')
  const parameters = {
    ...(partner_agent && { partner_agent }),
    ...(test_event_code && { test_event_code }),
    ...(proof && { appsecret_proof: proof }),
  }
  const rest = JSON.stringify(parameters).slice(1, -1)
  return {
    url: eventsUrl(settings),
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${access_token}`,
      'content-type': 'application/json',
    },
    before: '{"data":[',
    after: rest ? `],${rest}}` : ']}',
    secrets: [access_token, app_secret, proof].filter((secret) => secret !== null),
  }
}

/** `events`: the JSON text of each. */
export function postEvents(
  { url, headers, before, after, secrets }: MetaRequest,
  events: readonly string[],
  ports: SendPorts,
): Promise<HttpResult> {
  const body = `${before}${events.join(',')}${after}`
  return exchangeOver({ method: 'POST', url, headers, body, events: events.length, secrets }, ports)
}
