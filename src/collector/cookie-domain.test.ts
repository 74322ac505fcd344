import { describe, expect, test } from 'vitest'
import { cookieDomain } from './cookie-domain.ts'

describe('cookieDomain', () => {
  test.each([
    ['brewbeans.com', 'brewbeans.com', 1],
    ['www.brewbeans.com', 'brewbeans.com', 1],
    ['a.b.c.brewbeans.com', 'brewbeans.com', 1],
    ['Shop.BrewBeans.COM:8443', 'brewbeans.com', 1],
    ['brewbeans.com.', 'brewbeans.com', 1],
    ['brewbeans.co.uk', 'brewbeans.co.uk', 2],
    ['shop.brewbeans.co.uk', 'brewbeans.co.uk', 2],
    ['brewbeans.com.au', 'brewbeans.com.au', 2],
    ['beans.myshopify.com', 'beans.myshopify.com', 2],
    ['www.beans.github.io', 'beans.github.io', 2],
    ['xn--kaffee-rsterei-0pb.de', 'xn--kaffee-rsterei-0pb.de', 1],
    ['shop.internal-name', 'shop.internal-name', 1],
  ])('%s -> %s', (host, domain, subdomainIndex) => {
    expect(cookieDomain(host)).toEqual({ domain, subdomainIndex })
  })

  test.each([
    'localhost',
    'localhost:8080',
    '127.0.0.1',
    '127.0.0.1:8080',
    '[::1]',
    '[2001:db8::1]:8080',
    'intranet',
    'com',
    'co.uk',
    'github.io',
    '',
    '.',
    '.brewbeans.com',
    'a b',
  ])('%j gets a cookie of its own', (host) => {
    expect(cookieDomain(host)).toEqual({ subdomainIndex: 0 })
  })
})
