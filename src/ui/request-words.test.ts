/** Refusals as a person reads them: fields in words, nothing of how a request is built. */
import { describe, expect, it } from 'vitest'
import { requestWords } from './request-words.ts'

describe('the words of a refused request', () => {
  it.each([
    ['body.domain: give a host name.', 'Domain: give a host name.'],
    ['body.webhook_url: must be text', 'Webhook url: must be text.'],
    ['body.name: is missing; body.role: is missing', 'Name: is missing. Role: is missing.'],
    [
      'body.rules.0.actions.2.value: must be text',
      'Rules no. 1, actions no. 3, value: must be text.',
    ],
    ['currency: write a code such as EUR.', 'Currency: write a code such as EUR.'],
    ['Save an e-mail address or a webhook first.', 'Save an e-mail address or a webhook first.'],
    ['The body is not JSON: at 3.', 'The body is not JSON: at 3.'],
    ['https://shop.example: is no address.', 'https://shop.example: is no address.'],
  ])('%s', (detail, words) => {
    expect(requestWords(detail)).toBe(words)
  })
})
