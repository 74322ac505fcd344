/**
 * The plain parts of answering: files, redirects, short texts, cookies and the page's security
 * policy. Called by shop.ts; knows nothing about orders.
 */
import { readFileSync } from 'node:fs'

/**
 * A strict policy that also plays the ad blocker: without `pixel`, the browser itself refuses the
 * script and its requests, and only the shop's own paths stay open.
 */
export function contentPolicy(from: { own: string; pixel: string; nonce: string }): string {
  const { own, pixel, nonce } = from
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${own}/assets/ ${pixel}`,
    `connect-src ${own}/panel/ ${pixel}`,
    `img-src ${own}/assets/ data: ${pixel}`,
    `style-src ${own}/assets/`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}

const ASSETS = {
  'shop.css': 'text/css; charset=utf-8',
  'panel.css': 'text/css; charset=utf-8',
  'panel.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

/** Built with the server this file lies in dist/server/, while the files stay in examples/. */
const ASSETS_FOLDER = new URL(
  import.meta.url.endsWith('.ts') ? './assets/' : '../../examples/brewbeans/assets/',
  import.meta.url,
)

export function asset(name: string): Response {
  if (!Object.hasOwn(ASSETS, name)) return plain(404, 'There is no such file.')
  const body = readFileSync(new URL(name, ASSETS_FOLDER))
  const type = ASSETS[name as keyof typeof ASSETS]
  return new Response(body, {
    headers: {
      'content-type': type,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    },
  })
}

export function readCookies(header: string): ReadonlyMap<string, string> {
  return new Map(
    header.split(';').flatMap((pair): [string, string][] => {
      const at = pair.indexOf('=')
      return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]]
    }),
  )
}

export const redirect = (to: string): Response =>
  new Response(null, { status: 303, headers: { location: to } })

export const plain = (status: number, text: string): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
