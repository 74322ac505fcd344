import { describe, expect, it } from 'vitest'
import { createTwofold } from './client.ts'
import { twofoldNext } from './next.ts'

interface Sent {
  readonly data: readonly { readonly user_data: Readonly<Record<string, string>> }[]
}

async function personOf(cookie: string): Promise<readonly string[]> {
  const sent: Sent[] = []
  const twofold = createTwofold({
    url: 'https://events.shop.test',
    dataset: '581',
    token: 'T0KEN',
    fetch: async (_url, init) => {
      sent.push(JSON.parse(String(init.body)) as Sent)
      return Response.json({ events_received: 1, messages: [] })
    },
  })
  const next = twofoldNext(twofold, {
    consent: ({ headers }) => ({
      state: headers.get('cookie')?.includes('ads=no') ? 'denied' : 'granted',
    }),
  })
  const headers = new Headers({ cookie: `_fbp=fb.0.1789000000000.5; ${cookie}` })
  next.tracker(headers).track('Lead')
  await twofold.close()
  return Object.keys(sent[0]?.data[0]?.user_data ?? {})
}

describe('a tracker of headers alone', () => {
  it('asks for consent as the others do: who refused is named by no id', async () => {
    expect(await personOf('ads=yes')).toEqual(['fbp'])
    expect(await personOf('ads=no')).toEqual([])
  })
})
