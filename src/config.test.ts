import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

describe('TWOFOLD_ALLOW_PRIVATE_TARGETS', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['127.0.0.1', ['127.0.0.1']],
    ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
    ['all', ['0.0.0.0/0', '::/0']],
  ])('%s', (text, expected) => {
    const env = text === undefined ? {} : { TWOFOLD_ALLOW_PRIVATE_TARGETS: text }
    expect(readConfig({}, env).allowPrivateTargets).toEqual(expected)
  })

  it.each(['yes', 'localhost', '10.0.0.0/40'])('%s is refused at the start', (text) => {
    const env = { TWOFOLD_ALLOW_PRIVATE_TARGETS: text }
    expect(() => readConfig({}, env)).toThrow('networks such as 10.0.0.0/8')
  })
})

it.each([
  [{}, join('data', 'exports')],
  [{ TWOFOLD_DATA: '/srv/twofold' }, '/srv/twofold/exports'],
  [{ TWOFOLD_EXPORTS: '/mnt/lake' }, '/mnt/lake'],
  [{ TWOFOLD_EXPORTS: 'none' }, undefined],
])('files are written below: %o', (env, expected) => {
  expect(readConfig({}, env).exportDir).toBe(expected)
})
