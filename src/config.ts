/**
 * The only reader of process.env: every option with its default and description. Command-line
 * flags win over variables. Called by cli/ and tests; everything else gets the plain object.
 */
import { join } from 'node:path'
import { TwofoldError } from './errors.ts'
import { networks } from './private-address.ts'
import { parseSecretKey } from './secret-box.ts'

export interface Config {
  /** 0 picks a free port. */
  readonly port: number
  readonly host: string
  readonly dataDir: string
  /** The address people and pixels use, when a proxy stands in front. */
  readonly publicUrl: string | undefined
  readonly adminToken: string | undefined
  /** Encrypts the secrets of destinations; undefined: the one in the data folder. */
  readonly secretKey: Uint8Array | undefined
  /** Proxies in front that append to X-Forwarded-For; 0 trusts nobody. */
  readonly trustedProxies: number
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** Private networks that destinations may reach all the same, such as 10.0.0.0/8. */
  readonly allowPrivateTargets: readonly string[]
  /** Folder below which file destinations write; undefined where they may not. */
  readonly exportDir: string | undefined
  /** Server that alerts leave by; undefined: no e-mail is sent. */
  readonly smtp: SmtpSettings | undefined
  /** Who people may sign in with; undefined: with nobody but this server. */
  readonly oidc: OidcSettings | undefined
  /** Started by `twofold demo`, which prints a sign-in link of its own at every start. */
  readonly isDemo?: true
}

/** The OpenID Connect provider of this server. */
export interface OidcSettings {
  /** As it names itself, such as https://accounts.google.com. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What people call it. */
  readonly name: string
  /** E-mail domains that may make an account; empty: any. */
  readonly domains: readonly string[]
  /** Who gets an account by it: who is invited, or whoever has an address of `domains`. */
  readonly signUp: 'invited' | 'domain'
}

export interface SmtpSettings {
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly password: string | undefined
  readonly from: string
  readonly security: 'tls' | 'starttls' | 'none'
}

interface Option {
  readonly variable: string
  readonly flag?: string
  readonly default: string
  readonly description: string
}

/** For `serve --help` and docs/configuration.md; a test compares the two. */
export const OPTIONS = {
  port: {
    variable: 'TWOFOLD_PORT',
    flag: '--port',
    default: '8080',
    description: 'Port to listen on; 0 picks a free one.',
  },
  host: {
    variable: 'TWOFOLD_HOST',
    flag: '--host',
    default: '127.0.0.1',
    description: 'Address to listen on; 0.0.0.0 opens it to the network.',
  },
  dataDir: {
    variable: 'TWOFOLD_DATA',
    flag: '--data',
    default: './data',
    description: 'Folder of the database.',
  },
  publicUrl: {
    variable: 'TWOFOLD_PUBLIC_URL',
    flag: '--public-url',
    default: '',
    description: 'Address people and pixels use, such as https://events.shop.com.',
  },
  adminToken: {
    variable: 'TWOFOLD_ADMIN_TOKEN',
    default: '',
    description: 'An admin token for automation and the command line (8 characters or more).',
  },
  secretKey: {
    variable: 'TWOFOLD_SECRET_KEY',
    default: '',
    description:
      'Key that encrypts the secrets of destinations: 32 bytes as hex or base64. Without it one ' +
      'is made in the data folder, `secret.key`: back it up apart from the database.',
  },
  trustedProxies: {
    variable: 'TWOFOLD_TRUSTED_PROXIES',
    flag: '--trusted-proxies',
    default: '0',
    description: 'How many proxies in front append to X-Forwarded-For; 0 trusts none.',
  },
  logLevel: {
    variable: 'TWOFOLD_LOG',
    flag: '--log',
    default: 'warn',
    description: 'silent, error, warn, info or debug.',
  },
  allowPrivateTargets: {
    variable: 'TWOFOLD_ALLOW_PRIVATE_TARGETS',
    default: '',
    description:
      'Private networks that destinations may reach, such as 10.0.0.0/8,127.0.0.1; all allows every address.',
  },
  exportDir: {
    variable: 'TWOFOLD_EXPORTS',
    default: '',
    description:
      'Folder below which file destinations write; empty: exports in the data folder; none: nowhere.',
  },
  smtpHost: {
    variable: 'TWOFOLD_SMTP_HOST',
    default: '',
    description:
      'Mail server that alerts leave by, such as smtp.shop.com. Empty: no e-mail is sent.',
  },
  smtpPort: {
    variable: 'TWOFOLD_SMTP_PORT',
    default: '587',
    description: 'Its port: usually 587 with starttls, 465 with tls, 25 with none.',
  },
  smtpUser: {
    variable: 'TWOFOLD_SMTP_USER',
    default: '',
    description: 'User name there; empty where it asks for none.',
  },
  smtpPassword: {
    variable: 'TWOFOLD_SMTP_PASSWORD',
    default: '',
    description: 'Password there.',
  },
  smtpFrom: {
    variable: 'TWOFOLD_SMTP_FROM',
    default: '',
    description: 'Sender of the alerts, such as "Twofold <alerts@shop.com>".',
  },
  smtpSecurity: {
    variable: 'TWOFOLD_SMTP_SECURITY',
    default: 'starttls',
    description: 'starttls, tls, or none: in clear, for a mail server on the same machine.',
  },
  oidcIssuer: {
    variable: 'TWOFOLD_OIDC_ISSUER',
    default: '',
    description:
      'OpenID Connect provider that people may sign in with, such as https://accounts.google.com; ' +
      'needs TWOFOLD_PUBLIC_URL. Empty: none.',
  },
  oidcClientId: {
    variable: 'TWOFOLD_OIDC_CLIENT_ID',
    default: '',
    description: 'Id of this server there.',
  },
  oidcClientSecret: {
    variable: 'TWOFOLD_OIDC_CLIENT_SECRET',
    default: '',
    description: 'Its secret there.',
  },
  oidcName: {
    variable: 'TWOFOLD_OIDC_NAME',
    default: 'single sign-on',
    description: 'What people call the provider, such as Google: the text of the button.',
  },
  oidcDomains: {
    variable: 'TWOFOLD_OIDC_DOMAINS',
    default: '',
    description: 'E-mail domains that may make an account by it, such as shop.com,shop.de.',
  },
  oidcSignUp: {
    variable: 'TWOFOLD_OIDC_SIGN_UP',
    default: 'invited',
    description:
      'invited: only who is invited gets an account; domain: whoever has a verified address of ' +
      'these domains, in no business yet.',
  },
} as const satisfies Record<string, Option>

/** For commands that talk to a server; docs/configuration.md lists them too. */
export const CLIENT_OPTIONS = {
  url: {
    variable: 'TWOFOLD_URL',
    flag: '--url',
    default: 'http://127.0.0.1:8080',
    description: 'Address of the server that commands talk to.',
  },
  token: {
    variable: 'TWOFOLD_ADMIN_TOKEN',
    default: '',
    description: 'The token that commands use; the same variable gives it to the server.',
  },
} as const satisfies Record<string, Option>

export interface ClientConfig {
  /** Without a slash at its end. */
  readonly url: string
  readonly token: string | undefined
}

/** Throws `invalid_request` for an address that is none. */
export function readClientConfig(
  flags: { readonly url?: string | undefined } = {},
  env: NodeJS.ProcessEnv = process.env,
): ClientConfig {
  const { url, token } = CLIENT_OPTIONS
  const text = flags.url ?? (env[url.variable] || url.default)
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
    const expected = 'an address such as http://127.0.0.1:8080'
    throw new TwofoldError('invalid_request', `${url.variable} is "${text}"; give ${expected}.`)
  }
  return { url: text.replace(/\/+$/, ''), token: env[token.variable] || undefined }
}

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const

type Texts = Partial<Record<keyof typeof OPTIONS, string>>

/** Flags (as commander gives them) over environment over defaults. Throws `invalid_request`. */
export function readConfig(
  flags: Texts = {},
  env: NodeJS.ProcessEnv = process.env,
  defaults: Texts = {},
): Config {
  const text = (name: keyof typeof OPTIONS): string =>
    flags[name] ?? env[OPTIONS[name].variable] ?? defaults[name] ?? OPTIONS[name].default
  const logLevel = LOG_LEVELS.find((level) => level === text('logLevel'))
  if (!logLevel) throw wrong('logLevel', text('logLevel'), `one of ${LOG_LEVELS.join(', ')}`)
  const publicUrl = text('publicUrl')
  if (publicUrl && !/^https?:\/\/[^/]+\/?$/.test(publicUrl)) {
    throw wrong('publicUrl', publicUrl, 'an origin such as https://events.shop.com')
  }
  const adminToken = text('adminToken')
  if (adminToken && adminToken.length < 8) {
    throw wrong('adminToken', 'a shorter one', 'at least 8 characters')
  }
  const secretKey = text('secretKey') ? parseSecretKey(text('secretKey')) : undefined
  if (text('secretKey') && !secretKey) {
    throw wrong('secretKey', 'not a key', '32 bytes, such as `openssl rand -hex 32` prints')
  }
  return {
    port: integer('port', text('port'), 65_535),
    host: text('host'),
    dataDir: text('dataDir'),
    publicUrl: publicUrl ? publicUrl.replace(/\/$/, '') : undefined,
    adminToken: adminToken || undefined,
    secretKey,
    trustedProxies: integer('trustedProxies', text('trustedProxies'), 10),
    logLevel,
    allowPrivateTargets: networkList(text('allowPrivateTargets')),
    exportDir: exportFolder(text('exportDir'), text('dataDir')),
    smtp: smtpOf(text),
    oidc: oidcOf(text, publicUrl !== ''),
  }
}

type ReadText = (name: keyof typeof OPTIONS) => string

const SIGN_UPS = ['invited', 'domain'] as const
/** Of every tenant at once: there anybody may name themselves as they like. */
const SHARED_ISSUER = /^login\.microsoftonline\.com\/(common|organizations|consumers)(\/|$)/

function oidcOf(text: ReadText, hasPublicUrl: boolean): OidcSettings | undefined {
  const needed = ['oidcIssuer', 'oidcClientId', 'oidcClientSecret'] as const
  const missing: string[] = needed
    .filter((name) => text(name) === '')
    .map((name) => OPTIONS[name].variable)
  if (missing.length === needed.length) return undefined
  if (!hasPublicUrl) missing.push(OPTIONS.publicUrl.variable)
  if (missing.length > 0) {
    const words = `Signing in by OpenID Connect is half configured: set ${missing.join(', ')} too.`
    throw new TwofoldError('invalid_request', words)
  }
  const issuer = text('oidcIssuer')
  const url = URL.parse(issuer)
  if (url?.username || url?.password) {
    // Not repeated: it stands in every log of a start.
    throw wrong('oidcIssuer', `${url.protocol}//…@${url.host}`, 'an address without a password')
  }
  const isHere = url && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere))) {
    throw wrong('oidcIssuer', issuer, 'an https address (http only on this machine)')
  }
  if (SHARED_ISSUER.test(url.host + url.pathname)) {
    throw wrong('oidcIssuer', issuer, 'the issuer of your own tenant')
  }
  const signUp = SIGN_UPS.find((one) => one === text('oidcSignUp'))
  if (!signUp) throw wrong('oidcSignUp', text('oidcSignUp'), SIGN_UPS.join(' or '))
  const domains = domainList(text('oidcDomains'))
  if (signUp === 'domain' && domains.length === 0) {
    throw wrong('oidcDomains', '', 'the domains that TWOFOLD_OIDC_SIGN_UP=domain is for')
  }
  const client = { clientId: text('oidcClientId'), clientSecret: text('oidcClientSecret') }
  return { issuer, ...client, name: text('oidcName') || OPTIONS.oidcName.default, domains, signUp }
}

function domainList(text: string): readonly string[] {
  const list = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((one) => one !== '')
  if (list.every((one) => /^([a-z0-9-]+\.)+[a-z0-9-]+$/.test(one))) return list
  throw wrong('oidcDomains', text, 'domains such as shop.com,shop.de')
}

const SECURITIES = ['starttls', 'tls', 'none'] as const

function smtpOf(text: ReadText): SmtpSettings | undefined {
  const host = text('smtpHost')
  if (!host) return undefined
  const security = SECURITIES.find((one) => one === text('smtpSecurity'))
  if (!security) throw wrong('smtpSecurity', text('smtpSecurity'), SECURITIES.join(', '))
  const from = text('smtpFrom')
  if (!/^[^\r\n]*[^\s@]+@[^\s@]+$/.test(from)) {
    throw wrong('smtpFrom', from, 'an address such as Twofold <alerts@shop.com>')
  }
  return {
    ...{ host, security, from },
    port: integer('smtpPort', text('smtpPort'), 65_535),
    user: text('smtpUser') || undefined,
    password: text('smtpPassword') || undefined,
  }
}

function networkList(text: string): readonly string[] {
  if (text === 'all') return ['0.0.0.0/0', '::/0']
  const list = text.split(/[\s,]+/).filter((one) => one !== '')
  try {
    networks(list)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw wrong('allowPrivateTargets', text, 'networks such as 10.0.0.0/8,127.0.0.1, or all')
  }
  return list
}

function exportFolder(text: string, dataDir: string): string | undefined {
  return text === 'none' ? undefined : text || join(dataDir, 'exports')
}

function integer(name: keyof typeof OPTIONS, value: string, max: number): number {
  const parsed = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (!(parsed <= max)) throw wrong(name, value, `a whole number from 0 to ${max}`)
  return parsed
}

function wrong(name: keyof typeof OPTIONS, value: string, expected: string): TwofoldError {
  const { variable } = OPTIONS[name]
  const flag = 'flag' in OPTIONS[name] ? ` (${(OPTIONS[name] as { flag: string }).flag})` : ''
  return new TwofoldError('invalid_request', `${variable}${flag} is "${value}"; give ${expected}.`)
}
