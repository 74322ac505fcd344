/**
 * The APIs of a web container's sandbox, on a page that is passed in: a real one in Chromium
 * (test/browser/gtm-page.ts), a plain object elsewhere. Each refuses what the template's permissions
 * do not allow. Names no global of a browser. A test tool.
 */
import { type Apis, copied, isAllowedUrl, Refused } from './pure-apis.ts'
import type { Permissions } from './template-file.ts'

export interface WebPage {
  readonly window: Record<string, unknown>
  readonly dataLayer: readonly unknown[]
  /** Adds a script and says how it went. */
  addScript(url: string, loaded: () => void, failed: () => void): void
  isGranted(type: string): boolean
  onConsent(type: string, listener: (type: string, granted: boolean) => void): void
  /** Kept for one template on one page. */
  readonly storage: Map<string, unknown>
  /** Scripts by their cache token, for one container on one page. */
  readonly scripts: Map<string, Promise<boolean>>
  log(...words: readonly unknown[]): void
}

type Right = 'read' | 'write' | 'execute'

export function webApis(page: WebPage, permissions: Permissions): Apis {
  const { window } = page
  const may = mayGlobals(permissions)
  const mayConsent = (type: string): void => {
    const types = (permissions.access_consent?.consentTypes ?? []) as { consentType: string }[]
    if (!types.some(({ consentType }) => consentType === type)) refuse('access_consent', type)
  }
  return {
    ...windowApis(window, may),
    copyFromDataLayer: (key: string, version = 2) => {
      const keys = (permissions.read_data_layer?.keyPatterns ?? []) as string[]
      if (!keys.includes(key)) refuse('read_data_layer', key)
      return copied(version === 1 ? lastOf(page.dataLayer, key) : mergedOf(page.dataLayer, key))
    },
    injectScript: (url: string, loaded: () => void, failed: () => void, token = '') => {
      if (!isAllowedUrl(url, permissions.inject_script?.urls ?? [])) refuse('inject_script', url)
      const script =
        page.scripts.get(token) ??
        new Promise<boolean>((done) => {
          page.addScript(
            url,
            () => done(true),
            () => done(false),
          )
        })
      if (token) page.scripts.set(token, script)
      void script.then((ok) => (ok ? loaded() : failed()))
    },
    isConsentGranted: (type: string) => {
      mayConsent(type)
      return page.isGranted(type)
    },
    addConsentListener: (type: string, listener: (type: string, granted: boolean) => void) => {
      mayConsent(type)
      page.onConsent(type, listener)
    },
    templateStorage: storageOf(page.storage, permissions),
    logToConsole: (...words: unknown[]) => {
      if (!permissions.logging) refuse('logging')
      page.log(...words)
    },
  }
}

/** Which of the permissions each API needs. */
export const WEB_NEEDS: Readonly<Record<string, string>> = {
  callInWindow: 'access_globals',
  copyFromWindow: 'access_globals',
  createArgumentsQueue: 'access_globals',
  setInWindow: 'access_globals',
  copyFromDataLayer: 'read_data_layer',
  injectScript: 'inject_script',
  isConsentGranted: 'access_consent',
  addConsentListener: 'access_consent',
  templateStorage: 'access_template_storage',
  logToConsole: 'logging',
}

function mayGlobals(permissions: Permissions) {
  const keys = (permissions.access_globals?.keys ?? []) as ({ key: string } & {
    [R in Right]: boolean
  })[]
  return (path: string, ...rights: readonly Right[]): void => {
    const found = keys.find(({ key }) => key === path)
    const missing = rights.find((right) => !found?.[right])
    if (missing) refuse('access_globals', `${missing} ${path}`)
  }
}

function windowApis(window: Record<string, unknown>, may: ReturnType<typeof mayGlobals>): Apis {
  return {
    copyFromWindow: (path: string) => {
      may(path, 'read')
      const value = valueAt(window, path)
      return typeof value === 'function' ? value : copied(value)
    },
    setInWindow: (path: string, value: unknown, override = false) => {
      may(path, 'write', ...(override ? (['read'] as const) : []))
      if (!override && valueAt(window, path) !== undefined) return false
      return setAt(window, path, value)
    },
    callInWindow: (path: string, ...values: unknown[]) => {
      may(path, 'execute')
      const called = valueAt(window, path)
      const holder = valueAt(window, path.split('.').slice(0, -1).join('.')) ?? window
      return typeof called === 'function' ? called.apply(holder, values.map(copied)) : undefined
    },
    createArgumentsQueue: (functionPath: string, arrayPath: string) => {
      may(functionPath, 'read', 'write')
      may(arrayPath, 'read', 'write')
      if (!valueAt(window, functionPath)) {
        setAt(window, functionPath, function queue() {
          // biome-ignore lint/complexity/noArguments: it is the arguments object that is queued
          ;(valueAt(window, arrayPath) as unknown[]).push(arguments)
        })
      }
      if (!valueAt(window, arrayPath)) setAt(window, arrayPath, [])
      return valueAt(window, functionPath)
    },
  }
}

function storageOf(storage: Map<string, unknown>, permissions: Permissions): Apis {
  const allowed = <T>(value: T): T => {
    if (!permissions.access_template_storage) refuse('access_template_storage')
    return value
  }
  return {
    getItem: (key: string) => allowed(storage.get(key) ?? null),
    setItem: (key: string, value: unknown) => void allowed(storage.set(key, value)),
    removeItem: (key: string) => allowed(storage.delete(key)),
    clear: () => allowed(storage.clear()),
  }
}

function valueAt(root: unknown, path: string): unknown {
  if (path === '') return undefined
  return path
    .split('.')
    .reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], root)
}

function setAt(root: Record<string, unknown>, path: string, value: unknown): boolean {
  const keys = path.split('.')
  const place = keys.slice(0, -1).reduce<unknown>((at, key) => valueAt(at, key), root)
  if (place === undefined || place === null) throw new Refused(`${path} does not exist`)
  ;(place as Record<string, unknown>)[keys.at(-1) ?? ''] = value
  return true
}

/** Version 1: of the last push that has the key. */
function lastOf(pushes: readonly unknown[], key: string): unknown {
  const last = pushes.findLast((push) => isPlain(push) && Object.hasOwn(push, key))
  return isPlain(last) ? last[key] : undefined
}

/** Version 2: all pushes, one over the other, lists too. */
function mergedOf(pushes: readonly unknown[], key: string): unknown {
  const model: Record<string, unknown> = {}
  for (const push of pushes.filter(isPlain)) {
    for (const [path, value] of Object.entries(push)) {
      const keys = path.split('.')
      mergeInto(
        model,
        keys.reduceRight<unknown>((inner, one) => ({ [one]: inner }), value),
      )
    }
  }
  return valueAt(model, key)
}

function mergeInto(target: Record<string, unknown>, source: unknown): void {
  for (const [key, value] of Object.entries(source as object)) {
    const there = target[key]
    const both =
      (isPlain(there) && isPlain(value)) || (Array.isArray(there) && Array.isArray(value))
    if (both) mergeInto(there as Record<string, unknown>, value)
    else target[key] = copied(value)
  }
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function refuse(permission: string, what = ''): never {
  throw new Refused(`not permitted: ${permission} ${what}`)
}
