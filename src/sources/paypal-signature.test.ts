/**
 * PayPal's signature: taken as it signs. Certificate and signature were made once, with a key that
 * was thrown away.
 */
import { describe, expect, it } from 'vitest'
import { paypalCertificateUrl, paypalSigned } from './paypal-signature.ts'

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDPzCCAiegAwIBAgIURIvGm+maR0XUdIJ/AxjU9JlLIIMwDQYJKoZIhvcNAQEL
BQAwLjEsMCoGA1UEAwwjbWVzc2FnZXZlcmlmaWNhdGlvbmNlcnRzLnBheXBhbC5j
b20wIBcNMjYxMTI4MTE0ODM1WhgPMjEyNjExMDQxMTQ4MzVaMC4xLDAqBgNVBAMM
I21lc3NhZ2V2ZXJpZmljYXRpb25jZXJ0cy5wYXlwYWwuY29tMIIBIjANBgkqhkiG
9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvA3zKIF2Oq+AyE/C9I0TXjfpY+BXN29sERXE
lPutxCRiB628V4wLC8cgIlyq7o8Zp1VQUX+wCLh0PSppmPrtQ7niOlcw7urT/52I
nRpRYI+CmhVv4GrUfY6souUp+K4ISymK+Gx+O5xsGJsdV4JmL8NqYgCyWnhO6ffo
PIJMy2tQ8LKtViYFW5Ky5z+9zvXzhpzpEHhR1iA5PW9Lmhwc/4Vn/Ch/w2N0YOF6
cc5EO81fvHiJN4HWSJlNzV2eG9rySUH81QCNi4Xv9/+LtWXqj4AruPiqYHOMoxZV
5xYTstp6h+HyDdqurkdnoWOnwwUTE4HsOjfUTWKtF/oxDTGu9QIDAQABo1MwUTAd
BgNVHQ4EFgQUufy3osR3NPThQie00rsMh/Xf6A8wHwYDVR0jBBgwFoAUufy3osR3
NPThQie00rsMh/Xf6A8wDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOC
AQEAK835zPe6mVTngWURwJ9x88DzM1dPQMyIA6G79PHL2wSYNLuwczBAXyNmZ9g5
eU1t/rJ8zhylY3+EH43SvOFuO5vCeRhJd42JLjVt5gkpm7rKIYhfH4S+c/2P7elx
gjb0iKm6RSHFCYyzSEKETgKpJqgWDNruou1pO73jwOXpZcEeN8LWe644JU7ufvpT
cBw1/MGlX2Pw+h/GjDHTRBHTjOZE4DmqZqE4qdfQZIVKPfoCEgWpBan5DeS5Pk8J
3F+pZQIwBs1HQLzyG8SbQu1uL3jSLNnMCBoOi2tAczjFNVZhwla+5sn+P/qPgCH1
RyQXd/jbhYK9IAp2j0wTIAuX5g==
-----END CERTIFICATE-----`
const SIGNATURE =
  'ig7hx72HZyAebD1XmPTMOmtLpdurCJtjTljhHJGyUbYWaazSNhj7DUDc27EiUeGuWFP1iFGA/V1DEFc10lslESd1Dokm4IXske8FrMGjuON9IrvBTRpOkz4Hrn+JKfAC1gYCYObu3E6vsc+mWt1H/ocQnPc+IhR0JJsBNpvjt47nVu1IwdYGJA0l542d+RS23cnCf0edsa3Bx6bMYScgk7rQFxmy0rVsSgTOXskkFI8mvHnF0li1sQn7jloIqn8npRJw94EKsYkD1vmYR5n06l98Wcjt+TuFUVqPYJ82UlYP5HMBkfIYk2e8rlZIX/oZw0DZZAdKa3HW0X1UVzqmtw=='

const HEADERS = {
  'paypal-transmission-id': 'b2384410-f8d2-11e4-8bf3-77339302725b',
  'paypal-transmission-time': '2026-03-02T15:00:05Z',
  'paypal-transmission-sig': SIGNATURE,
  'paypal-auth-algo': 'SHA256withRSA',
}
const BODY = '{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED"}'
const WEBHOOK_ID = '1JE4291016473214C'
const KEY = 'a-key-of-the-connection'

const request = (headers: Record<string, string>, body = BODY, query = '') => ({
  method: 'POST',
  url: `https://t.example/hooks/paypal/c_1${query}`,
  headers,
  body: Buffer.from(body),
})
const context = (more = {}) => ({
  secrets: ['0AA0000000000000X', WEBHOOK_ID],
  nowMs: Date.parse('2027-03-01T00:00:00Z'),
  certificate: CERTIFICATE,
  ...more,
})

describe('a delivery of PayPal', () => {
  it('is proven by its signature for one of the webhooks', () => {
    expect(paypalSigned(request(HEADERS), context())).toEqual({ ok: true })
  })

  it.each([
    ['for another webhook', request(HEADERS), context({ secrets: ['0AA0000000000000X'] })],
    ['over another body', request(HEADERS, BODY.replace('WH-1', 'WH-2')), context()],
    ['without the certificate', request(HEADERS), context({ certificate: undefined })],
    ['with what is no certificate', request(HEADERS), context({ certificate: 'x' })],
    ['before the certificate was valid', request(HEADERS), context({ nowMs: 0 })],
    ['by another algorithm', request({ ...HEADERS, 'paypal-auth-algo': 'SHA1withRSA' }), context()],
    ['that only knows the id of the webhook', request({}, BODY, `?key=${WEBHOOK_ID}`), context()],
  ])('is not proven by one %s', (_, sent, given) => {
    expect(paypalSigned(sent, given).ok).toBe(false)
  })

  it('is still proven by the key of an older connection', () => {
    const keyed = request({}, BODY, `?key=${KEY}`)
    expect(paypalSigned(keyed, context({ secrets: [KEY] }))).toEqual({ ok: true })
    expect(paypalSigned(keyed, context({ secrets: [KEY, WEBHOOK_ID] }))).toEqual({ ok: true })
  })
})

const PATH = '/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270'

it.each([
  [`https://api.paypal.com${PATH}`, true],
  [`https://api.sandbox.paypal.com${PATH}`, true],
  [`http://api.paypal.com${PATH}`, false],
  [`https://api.paypal.com.evil.example${PATH}`, false],
  [`https://api.paypal.com:444${PATH}`, false],
  [`https://user@api.paypal.com${PATH}`, false],
  ['https://api.paypal.com/v1/notifications/certs/../../redirect', false],
  ['https://www.paypal.com/uploaded', false],
  ['', false],
])('takes a certificate from %s: %s', (url, isTheirs) => {
  const found = paypalCertificateUrl(request({ 'paypal-cert-url': url }))
  expect(found !== undefined).toBe(isTheirs)
})
