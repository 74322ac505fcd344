/**
 * The pixel's entry: reads what the owner chose (settings placed in the script by the collector, and
 * the attributes of its own tag), adopts fbq, and listens to the page's life. Runs once a page
 * however often it is loaded, and never throws into the page. Built by scripts/build-pixel.ts.
 */
import { eventId } from '../event/ids.ts'
import type { PixelSettings } from '../event/pixel-wire.ts'
import { additions, foundInForm, locked, openPixels, release, take, view } from './fbq.ts'
import { watchForms } from './forms.ts'
import { flush, openWay } from './send.ts'
import { companion, install, type Mode, openStub } from './stub.ts'
import { safely } from './warn.ts'

/** The collector writes the datasets' settings here. */
declare const __TWOFOLD_SETTINGS__: PixelSettings

declare global {
  interface Window {
    /** Ours beside fbq: the ids that the server makes too, and the settings of the script. */
    twofold?: PixelSettings & { readonly eventId: typeof eventId }
  }
}

safely(() => {
  const settings = { eventId, ...__TWOFOLD_SETTINGS__ }
  const { datasets, defaults } = settings
  // Loaded again: only its datasets are new.
  if (window.twofold) return Object.assign(window.twofold.datasets, datasets)
  window.twofold = settings
  const script = document.currentScript as HTMLScriptElement | null
  const tag = script?.dataset ?? {}
  const mode = (tag.mode ?? 'auto') as Mode
  for (const id of tag.id?.split(',') ?? [])
    Object.assign(datasets, { [id]: defaults, ...datasets })
  openWay(`${tag.endpoint ?? settings.endpoint}/e`, tag.testEventCode, locked)
  openPixels(settings, tag)
  openStub(mode, take, additions)
  if ('pageView' in tag && !companion()) {
    for (const id in datasets) take(['init', id])
    take(['track', 'PageView'])
  }
  // A base code may follow a script that does not hold up the page.
  if (script?.async && mode === 'auto' && document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', install)
  } else install()
  watchForms(foundInForm)
  addEventListener('pageshow', (event) => event.persisted && view())
  addEventListener('pagehide', () => flush(true, true))
  addEventListener('online', () => flush(true))
  document.addEventListener('visibilitychange', () => flush(document.hidden, document.hidden))
  document.addEventListener('prerenderingchange', release)
  flush()
})
