/**
 * Runs in the page: a web container of Tag Manager in small. The page pushes events, tags and
 * variables of templates run with the real window, real scripts and a consent state of their own.
 */
import { type Chance, pureApis } from '../gtm/pure-apis.ts'
import { runCode } from '../gtm/sandbox.ts'
import type { Permissions } from '../gtm/template-file.ts'
import { type WebPage, webApis } from '../gtm/web-apis.ts'

export interface PageTemplate {
  readonly code: string
  readonly permissions: Permissions
}

export interface Container {
  push(event: object): void
  /** Resolves when the tag told that it is done, with what it told; null where it stays silent. */
  tag(template: PageTemplate, data: object): Promise<'success' | 'failure'>
  variable(template: PageTemplate, data: object): unknown
  consent(type: string, granted: boolean): void
}

declare global {
  interface Window {
    container: Container
  }
}

const chance: Chance = { nowMs: () => Date.now(), random: () => Math.random() }
const dataLayer: object[] = []
const denied = new Set<string>()
const listeners: [type: string, listener: (type: string, granted: boolean) => void][] = []
const scripts = new Map<string, Promise<boolean>>()
const storages = new Map<string, Map<string, unknown>>()
let pushed = 0

function pageOf({ code }: PageTemplate): WebPage {
  const storage = storages.get(code) ?? new Map<string, unknown>()
  storages.set(code, storage)
  return {
    window: window as unknown as Record<string, unknown>,
    dataLayer,
    storage,
    scripts,
    addScript: (url, loaded, failed) => {
      const script = document.createElement('script')
      Object.assign(script, { async: true, src: url, onload: loaded, onerror: failed })
      document.head.append(script)
    },
    isGranted: (type) => !denied.has(type),
    onConsent: (type, listener) => void listeners.push([type, listener]),
    log: (...words) => console.log(...words),
  }
}

const apisOf = (template: PageTemplate) => ({
  ...pureApis(chance),
  ...webApis(pageOf(template), template.permissions),
})

window.container = {
  push: (event) => {
    pushed += 1
    dataLayer.push({ ...event, 'gtm.uniqueEventId': pushed })
  },
  tag: async (template, data) => {
    const { ending } = runCode(template.code, data, apisOf(template))
    while (ending.successes + ending.failures === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    if (ending.successes + ending.failures > 1) throw new Error('the tag ended twice')
    return ending.successes === 1 ? 'success' : 'failure'
  },
  variable: (template, data) => runCode(template.code, data, apisOf(template)).value,
  consent: (type, granted) => {
    if (granted === !denied.has(type)) return
    if (granted) denied.delete(type)
    else denied.add(type)
    for (const [of, listener] of listeners) if (of === type) listener(type, granted)
  },
}
