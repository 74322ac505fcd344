/** What a sample of events carries: parameters, pages, browsers, systems, each with its n. Pure. */
import { agentClass } from '../event/agent-class.ts'
import { sideOf } from '../event/dedup-key.ts'
import type { Leg, StoredEvent } from '../event/shape.ts'
import type { EventDetails } from './types.ts'

const PAGES_MAX = 10
const PARAMETERS_MAX = 50

type Sample = Omit<EventDetails, 'event_name' | 'events'>

export function sampleOf(events: readonly StoredEvent[], whole: boolean): Sample {
  const received = events.map(({ legs }) => Math.floor(legs[0].envelope.received_at_ms / 1000))
  const pages = counted(events.map(({ legs }) => pageOf(legs)))
  const top = pages.slice(0, PAGES_MAX)
  const onTop = top.reduce((sum, page) => sum + page.events, 0)
  const agents = events.map(({ legs }) => agentClass(agentOf(legs)))
  return {
    sample: {
      events: events.length,
      whole,
      from: received.length > 0 ? Math.min(...received) : null,
      to: received.length > 0 ? Math.max(...received) : null,
    },
    parameters: parametersOf(events.flatMap(({ legs }) => legs)),
    pages: top,
    pages_more: events.length - onTop,
    browsers: counted(agents.map(({ browser }) => browser)),
    systems: counted(agents.map(({ os }) => os)),
  }
}

function parametersOf(legs: readonly Leg[]): Sample['parameters'] {
  const of = { browser: 0, server: 0 }
  const found = new Map<string, { browser: number; server: number }>()
  for (const { event, envelope } of legs) {
    const side = sideOf(envelope.channel)
    of[side] += 1
    for (const key in event.custom_data) {
      const n = found.get(key) ?? { browser: 0, server: 0 }
      n[side] += 1
      found.set(key, n)
    }
  }
  return [...found]
    .map(([key, n]) => ({
      key,
      browser: { with: n.browser, of: of.browser },
      server: { with: n.server, of: of.server },
    }))
    .sort((a, b) => carriers(b) - carriers(a) || a.key.localeCompare(b.key))
    .slice(0, PARAMETERS_MAX)
}

const carriers = ({ browser, server }: Sample['parameters'][number]): number =>
  browser.with + server.with

/** Without what follows the path: a page is the same whatever campaign led there. */
function pageOf(legs: readonly Leg[]): string | undefined {
  const url = legs.find(({ event }) => event.event_source_url)?.event.event_source_url
  if (url === undefined || !URL.canParse(url)) return undefined
  const { host, pathname } = new URL(url)
  return host + pathname
}

/** The visitor's own, where the browser reported; a server may name its own library. */
function agentOf(legs: readonly Leg[]): string | undefined {
  const known = legs.filter(({ event }) => event.user_data.client_user_agent)
  const leg = known.find(({ envelope }) => envelope.channel === 'browser') ?? known[0]
  return leg?.event.user_data.client_user_agent
}

/** The most frequent first; what has no name is left out. */
function counted(names: readonly (string | undefined)[]): { name: string; events: number }[] {
  const sums = new Map<string, number>()
  for (const name of names) if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + 1)
  return [...sums]
    .map(([name, events]) => ({ name, events }))
    .sort((a, b) => b.events - a.events || a.name.localeCompare(b.name))
}
