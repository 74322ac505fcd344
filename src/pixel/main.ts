/**
 * The pixel's entry: adopts fbq and listens to the page's life. Runs once a page however often it
 * is loaded, and never throws into the page. Built by scripts/build-pixel.ts.
 */
import { eventId } from '../event/ids.ts'
import { foundInForm, getState, release, take, view } from './fbq.ts'
import { watchForms } from './forms.ts'
import { flush, openStore } from './send.ts'
import { datasets, settings, tag } from './settings.ts'
import { companion, openStub } from './stub.ts'
import { safely } from './warn.ts'

declare global {
  interface Window {
    /** Ours beside fbq: the ids that the server makes too, and the datasets of the script. */
    twofold?: { readonly eventId: typeof eventId; readonly datasets: object }
  }
}

safely(() => {
  // Loaded again: only its datasets are new.
  if (window.twofold) return Object.assign(window.twofold.datasets, datasets)
  window.twofold = { eventId, datasets }
  const { id } = tag
  if (id) datasets[id] ??= settings.defaults
  openStore()
  openStub(take, { eventId, getState })
  if (id && !companion()) {
    take(['init', id])
    take(['track', 'PageView'])
  }
  watchForms(foundInForm)
  addEventListener('pageshow', (event) => event.persisted && view())
  for (const name of ['pagehide', 'visibilitychange', 'online']) addEventListener(name, flush)
  document.addEventListener('prerenderingchange', release)
  flush()
})
