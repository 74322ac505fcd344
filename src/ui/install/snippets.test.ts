import { describe, expect, it } from 'vitest'
import {
  companionSnippet,
  curlSnippet,
  EXAMPLE_ID,
  nodeSnippet,
  purchaseSnippet,
  replaceSnippet,
} from './snippets.ts'

const context = { origin: 'https://events.shop.example', datasetId: '581', token: 'T0KEN' }

describe('the snippets to copy', () => {
  it('name the dataset and the address', () => {
    for (const make of [replaceSnippet, companionSnippet, curlSnippet, nodeSnippet]) {
      expect(make(context)).toContain(context.origin)
      expect(make(context)).toContain(context.datasetId)
    }
  })

  it('keep the token out of the page', () => {
    expect(curlSnippet(context)).toContain(context.token)
    expect(nodeSnippet(context)).toContain(context.token)
    expect(replaceSnippet(context) + companionSnippet(context)).not.toContain(context.token)
  })

  it('give browser and server the same event id', () => {
    for (const code of [purchaseSnippet(), curlSnippet(context), nodeSnippet(context)]) {
      expect(code).toContain(EXAMPLE_ID)
    }
  })

  it('ask for nothing that block lists match', () => {
    expect(replaceSnippet(context)).not.toMatch(/fbevents|&ev=PageView&/)
  })
})
