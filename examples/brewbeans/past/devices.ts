/**
 * The browsers that visit the shop: user agents as they are sent, how common each is, and how many
 * of its users block a script that reports. Crawlers too. Plain tables for people.ts and bots.ts.
 */
export interface Device {
  /** What of it can get in the way of a report. */
  readonly kind: 'desktop' | 'mobile' | 'ios' | 'in_app'
  /** Share of its users with a blocker. */
  readonly blocks: number
  /** `{v}` is a version. */
  readonly agent: string
  /** Which browser on which system that is: the truth that pages are held against. */
  readonly family: string
  readonly versions: readonly [from: number, to: number]
  readonly screen: string
}

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15'
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)'

const device = (
  [kind, family]: readonly [Device['kind'], string],
  blocks: number,
  agent: string,
  versions: Device['versions'] = [138, 141],
): Device => ({
  ...{ kind, family, blocks, agent, versions },
  screen: kind === 'desktop' ? '1920x1080' : kind === 'mobile' ? '412x915' : '390x844',
})

export const DEVICES: readonly (readonly [weight: number, device: Device])[] = [
  [
    24,
    device(
      ['ios', 'safari.ios'],
      0.14,
      `${IPHONE} (KHTML, like Gecko) Version/{v}.0 Mobile/15E148 Safari/604.1`,
      [17, 26],
    ),
  ],
  [
    21,
    device(['mobile', 'chrome.android'], 0.13, `${ANDROID} Chrome/{v}.0.0.0 Mobile Safari/537.36`),
  ],
  [
    19,
    device(
      ['desktop', 'chrome.windows'],
      0.34,
      `${WINDOWS} ${BLINK} Chrome/{v}.0.0.0 Safari/537.36`,
    ),
  ],
  [7, device(['desktop', 'chrome.macos'], 0.3, `${MAC} ${BLINK} Chrome/{v}.0.0.0 Safari/537.36`)],
  [
    6,
    device(
      ['desktop', 'safari.macos'],
      0.16,
      `${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v}.1 Safari/605.1.15`,
      [17, 18],
    ),
  ],
  [
    5,
    device(
      ['desktop', 'firefox.windows'],
      0.55,
      `${WINDOWS.slice(0, -1)}; rv:{v}.0) Gecko/20100101 Firefox/{v}.0`,
    ),
  ],
  [
    2,
    device(
      ['mobile', 'firefox.android'],
      0.5,
      'Mozilla/5.0 (Android 15; Mobile; rv:{v}.0) Gecko/{v}.0 Firefox/{v}.0',
    ),
  ],
  [
    5,
    device(
      ['desktop', 'edge.windows'],
      0.2,
      `${WINDOWS} ${BLINK} Chrome/{v}.0.0.0 Safari/537.36 Edg/{v}.0.0.0`,
    ),
  ],
  [
    3,
    device(
      ['mobile', 'samsung.android'],
      0.12,
      `${ANDROID} SamsungBrowser/{v}.0 Chrome/136.0.0.0 Mobile Safari/537.36`,
      [26, 28],
    ),
  ],
  [
    2,
    device(
      ['mobile', 'duckduckgo.android'],
      0.9,
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/{v}.0.0.0 Mobile Safari/537.36 DuckDuckGo/5',
    ),
  ],
  [
    6,
    device(
      ['in_app', 'instagram.ios'],
      0.04,
      `${IPHONE} (KHTML, like Gecko) Mobile/22G86 Instagram {v}.0.0.30.91 (iPhone15,3; iOS 18_6; en_US; en; scale=3.00; 1290x2796; 7)`,
      [390, 402],
    ),
  ],
  [
    4,
    device(
      ['in_app', 'facebook.ios'],
      0.04,
      `${IPHONE} (KHTML, like Gecko) Mobile/22G86 [FBAN/FBIOS;FBAV/{v}.0.0.47.70;FBBV/7;FBDV/iPhone15,3;FBMD/iPhone;FBSN/iOS;FBSV/18.6;FBSS/3;FBLC/en_US]`,
      [520, 530],
    ),
  ],
  [
    2,
    device(
      ['in_app', 'instagram.android'],
      0.05,
      'Mozilla/5.0 (Linux; Android 15; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/{v}.0.0.0 Mobile Safari/537.36 Instagram 399.0.0.12.80 Android',
    ),
  ],
]

/** With scripts, so that they reach the pixel. */
export const CRAWLERS: readonly string[] = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36',
]

export const DEVELOPER: Device = device(
  ['desktop', 'chrome.linux'],
  0,
  `Mozilla/5.0 (X11; Linux x86_64) ${BLINK} Chrome/{v}.0.0.0 Safari/537.36`,
  [141, 141],
)
