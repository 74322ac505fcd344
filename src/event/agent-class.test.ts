import { expect, it } from 'vitest'
import { agentClass, isInApp } from './agent-class.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const ANDROID =
  'Mozilla/5.0 (Linux; Android 15; Pixel 9 Build/AP3A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0.7204.63 Mobile Safari/537.36'
const PHONE = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)'
const WINDOWS =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)'

it.each([
  [WINDOWS, 'chrome', 'windows'],
  [`${WINDOWS} Edg/140.0.0.0`, 'edge', 'windows'],
  [`${WINDOWS} OPR/120.0.0.0`, 'opera', 'windows'],
  [`${MAC} Version/18.5 Safari/605.1.15`, 'safari', 'macos'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'firefox', 'linux'],
  [
    'Mozilla/5.0 (X11; CrOS x86_64 16181.61.0) AppleWebKit/537.36 Chrome/134.0 Safari/537.36',
    'chrome',
    'chromeos',
  ],
  [`${PHONE} Chrome/140.0.0.0 Mobile Safari/537.36`, 'chrome', 'android'],
  [`${PHONE} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, 'samsung', 'android'],
  [`${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`, 'safari', 'ios'],
  [`${IPHONE} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1`, 'chrome', 'ios'],
  [`${IPHONE} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`, 'firefox', 'ios'],
  [`${IPHONE} Version/18.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15`, 'duckduckgo', 'ios'],
  [`${IPHONE} Mobile/15E148 Instagram 389.0.0.27.87 (iPhone15,2; iOS 18_5)`, 'instagram', 'ios'],
  [`${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/520.0.0.38.101;FBBV/756351453]`, 'facebook', 'ios'],
  [`${ANDROID} [FB_IAB/FB4A;FBAV/520.0.0.44.99;]`, 'facebook', 'android'],
  [`${ANDROID} musical_ly_2024004010 BytedanceWebview/d8a21c6`, 'tiktok', 'android'],
  [`${IPHONE} GSA/380.0.774547255 Mobile/15E148 Safari/604.1`, 'google_app', 'ios'],
  [ANDROID, 'webview', 'android'],
  [`${IPHONE} Mobile/15E148`, 'webview', 'ios'],
  ['curl/8.5.0', 'other', 'other'],
  ['', 'unknown', 'unknown'],
])('%s', (userAgent, browser, os) => {
  expect(agentClass(userAgent)).toEqual({ browser, os })
})

it('tells the browsers inside apps apart', () => {
  expect(['instagram', 'webview', 'google_app'].every(isInApp)).toBe(true)
  expect(['safari', 'chrome', 'duckduckgo', 'other', 'unknown'].some(isInApp)).toBe(false)
})
