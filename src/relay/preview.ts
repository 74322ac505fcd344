/**
 * Looks ahead for people: sends one marked test event with settings that may not be stored yet, and
 * shows what a stored event becomes on the wire. Nothing of the queue is touched. main.ts makes it,
 * the API calls it.
 */
import type { OutboundEvent } from '../destinations/destination.ts'
import { sha256 } from '../event/sha256.ts'
import type { Hashed } from '../event/shape.ts'
import type { Configs } from './configs.ts'
import { isUnsendable, outboundOf, type Reform } from './outbound.ts'
import { type Ready, type Tried, type TryPorts, trySend } from './send.ts'
import type { DestinationPreview, DraftRequest, Problem, TestSend } from './view.ts'

export interface PreviewPorts extends Omit<TryPorts, 'cut'> {
  readonly configs: Pick<Configs, 'draft'>
  readonly reform: Reform
}

export function createPreview(ports: PreviewPorts): DestinationPreview {
  return {
    test: async (draft) => {
      const opened = openedOf(ports, draft)
      return 'problem' in opened ? unusable(opened.problem) : test(ports, opened.ready, draft)
    },
    payload: (draft, { event, leg_seq, under_rules }) => {
      const opened = openedOf(ports, draft)
      if ('problem' in opened) return opened
      const { destination, settings } = opened.ready
      const { dataset_id, destination_id = '' } = draft
      const key = { dataset_id, destination_id, seq: event.legs[0].seq, leg_seq }
      const outgoing = { ...key, event, ...(under_rules ? { under_rules } : {}) }
      const made = outboundOf(outgoing, destination.name, ports.reform)
      if (isUnsendable(made)) return { problem: { code: made.code, detail: made.detail } }
      const accepted = destination.accepts(made, settings)
      if (accepted === true) return { payload: destination.payloadOf(made, settings) }
      const detail = `${destination.title} has no use for this event.`
      return { problem: { code: accepted, detail } }
    },
  }
}

/** A name of our own first: it can spoil no report. Where only known names are taken, a view. */
const TEST_NAMES = ['TwofoldTest', 'PageView'] as const

function openedOf(
  { configs }: PreviewPorts,
  draft: DraftRequest,
): { ready: Ready } | { problem: Problem } {
  const opened = configs.draft(draft)
  if (opened.state === 'ready') return { ready: opened }
  if (opened.state === 'unusable') return { problem: opened }
  return { problem: { code: opened.state, detail: 'There is nothing to send with.' } }
}

function unusable({ code, detail }: Problem): TestSend {
  const event = { event_name: TEST_NAMES[0], event_id: '', payload: null, exchanges: [] }
  return { state: 'held', code, detail, ...event }
}

async function test(ports: PreviewPorts, ready: Ready, draft: DraftRequest): Promise<TestSend> {
  const { destination, settings } = ready
  const events = TEST_NAMES.map((name) => testEvent(name, draft, ports))
  const answers = events.map((event) => destination.accepts(event, settings))
  const at = answers.indexOf(true)
  const chosen = events[at === -1 ? 0 : at]
  if (!chosen) throw new Error('there are test names')
  const { event_name, event_id } = chosen.event
  const about = { event_name, event_id }
  if (at === -1) {
    const code = String(answers[0])
    const detail = `${destination.title} takes neither ${TEST_NAMES.join(' nor ')} with these settings.`
    return { state: 'skipped', code, detail, ...about, payload: null, exchanges: [] }
  }
  const payload = destination.payloadOf(chosen, settings)
  const cut = new AbortController().signal
  const tried = await trySend({ claimed: [], events: [chosen] }, ready, { ...ports, cut })
  return { ...stateOf(tried, destination.title), ...about, payload, exchanges: tried.exchanges }
}

function stateOf({ outcomes }: Tried, title: string): Pick<TestSend, 'state' | 'code' | 'detail'> {
  const [outcome] = outcomes
  if (!outcome) throw new Error('one outcome per event')
  if (outcome.state === 'delivered') return { state: 'delivered', detail: `${title} took it.` }
  const { state, code, detail } = outcome
  return { state, code, detail }
}

/** Nobody's: an address kept for examples, a person who does not exist. */
function testEvent(
  event_name: string,
  { dataset_id }: DraftRequest,
  { nowMs, random }: PreviewPorts,
): OutboundEvent {
  const ms = nowMs()
  const event_id = `twofold-test-${ms}-${Math.floor(random() * 1_000_000)}`
  const person = sha256('twofold-test@example.com') as Hashed
  return {
    key: `${dataset_id}:${event_id}`,
    event: {
      event_name,
      event_time: Math.floor(ms / 1000),
      event_id,
      action_source: 'website',
      event_source_url: 'https://example.com/twofold-test',
      user_data: {
        em: [person],
        external_id: [person],
        client_ip_address: '192.0.2.1',
        client_user_agent: 'Mozilla/5.0 (compatible; Twofold test event)',
        fbp: `fb.1.${ms}.1000000000`,
      },
      custom_data: { twofold_test: true },
    },
    envelope: {
      dataset_id,
      channel: 'server',
      via: 'graph',
      received_at_ms: ms,
      consent: { state: 'granted', signal: 'api' },
    },
  }
}
