import { expect, it } from 'vitest'
import { failure } from './client.ts'

const told = (error: object) =>
  failure(new Response('', { status: 400 }), JSON.stringify({ error }), true)

it('says what is wrong with a request, without the words that point to it', () => {
  const error = {
    code: 'invalid_request',
    message: 'The request is not valid.',
    detail: 'body.purpose: Invalid option',
    fix: 'The detail names the field and what it must be.',
  }
  expect(told(error)).toMatchObject({ message: 'purpose: Invalid option', fix: undefined, exit: 2 })
  const { detail: _, ...bare } = error
  expect(told(bare)).toMatchObject({ message: error.message, fix: error.fix })
})
