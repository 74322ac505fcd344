/**
 * States of deliveries and destinations in words a shop owner reads, each with its colour. A code
 * that is not known is shown as it is.
 */
import type { DeliveryStateView, DestinationShown } from '../api/types.ts'
import { readable } from './words.ts'

interface StateWords {
  readonly title: string
  readonly detail: string
  readonly color: string
}

export const STATE_WORDS: Record<DeliveryStateView, StateWords> = {
  pending: {
    title: 'Waiting',
    detail: 'Not sent yet: it waits for its turn, or for its twin from browser or server.',
    color: 'gray',
  },
  leased: { title: 'Being sent', detail: 'On its way right now.', color: 'blue' },
  retrying: {
    title: 'Trying again',
    detail: 'The last try failed for a reason that passes. It is sent again by itself.',
    color: 'orange',
  },
  held: {
    title: 'On hold',
    detail: 'Waits until you have mended the destination. Nothing is lost.',
    color: 'red',
  },
  delivered: { title: 'Delivered', detail: 'The destination took it.', color: 'teal' },
  rejected: {
    title: 'Rejected',
    detail: 'The destination will not take it as it is. It is kept under Dead letters.',
    color: 'red',
  },
}

export const STATES = Object.keys(STATE_WORDS) as DeliveryStateView[]

type Lane = DestinationShown['status']['lane']

export const LANE_WORDS: Record<Lane, StateWords> = {
  running: { title: 'Running', detail: 'Events are sent as they come.', color: 'teal' },
  paused: {
    title: 'Slowed down',
    detail:
      'It asked for a slower pace, or your limit per second is used up. It goes on by itself.',
    color: 'orange',
  },
  unreachable: {
    title: 'Not answering',
    detail: 'Several tries in a row failed. It is tried again by itself, less and less often.',
    color: 'orange',
  },
  held: {
    title: 'On hold',
    detail: 'Everything waits until you have mended it. Nothing is lost.',
    color: 'red',
  },
  disabled: {
    title: 'Switched off',
    detail: 'It gets no new events. What waits, waits.',
    color: 'gray',
  },
}

const SKIPPED_WORDS: Record<string, string> = {
  not_consented: 'The visitor refused consent',
  event_filter: 'Its event is not among those it gets',
  leg_policy: 'The report came from the other side (browser or server)',
  disabled: 'The destination was switched off',
  rule: 'A rule of yours',
}

export const skippedWords = (reason: string): string => SKIPPED_WORDS[reason] ?? readable(reason)

export const COPY_WORDS = {
  merged: 'All reports as one',
  browser: 'Browser report',
  server: 'Server report',
  other: 'Single report',
} as const

export type SendChoice = 'both' | 'merged' | 'browser' | 'server'

export const SEND_WORDS: Record<SendChoice, { title: string; detail: string }> = {
  both: {
    title: 'Every report at once',
    detail: 'Browser and server report each leave as they come, under one id.',
  },
  merged: {
    title: 'One complete event',
    detail: 'Waits for the other report, then sends one event with all that is known.',
  },
  browser: { title: 'Browser only', detail: 'Only what the browser reported leaves.' },
  server: { title: 'Server only', detail: 'Only what your server or shop reported leaves.' },
}
