import { describe, expect, it } from 'vitest'
import { nodeSnippet, twofoldSnippet } from './node-snippets.ts'
import {
  companionSnippet,
  curlSnippet,
  EXAMPLE_ID,
  purchaseSnippet,
  replaceSnippet,
} from './snippets.ts'

const context = { origin: 'https://events.shop.example', datasetId: '581', token: 'T0KEN' }

describe('the snippets to copy', () => {
  it('name the dataset and the address', () => {
    for (const make of [replaceSnippet, companionSnippet, curlSnippet]) {
      expect(make(context)).toContain(context.origin)
      expect(make(context)).toContain(context.datasetId)
    }
  })

  it('keep the token out of pages and files', () => {
    expect(curlSnippet(context)).toContain(context.token)
    expect(nodeSnippet(context) + twofoldSnippet(context)).not.toContain(context.token)
    expect(replaceSnippet(context) + companionSnippet(context)).not.toContain(context.token)
  })

  it('give browser and server the same event id', () => {
    const servers = [curlSnippet, nodeSnippet, twofoldSnippet].map((make) => make(context))
    for (const code of [purchaseSnippet(), ...servers]) {
      expect(code).toContain(EXAMPLE_ID)
    }
  })

  it('ask for nothing that block lists match', () => {
    expect(replaceSnippet(context)).not.toMatch(/fbevents|&ev=PageView&/)
  })
})
