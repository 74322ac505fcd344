/**
 * What the page's owner chose: the settings that the collector placed inside the script, and the
 * attributes of its own tag. Nothing is fetched, so no event waits. Read by all, while the script
 * first runs: only then does the browser say which tag is its own.
 */
import type { PixelDatasetSettings, PixelSettings } from '../event/pixel-wire.ts'

/** The collector writes the datasets' settings here. */
declare const __TWOFOLD_SETTINGS__: PixelSettings

export const settings: PixelSettings = __TWOFOLD_SETTINGS__
/** The datasets of /p.js?id=, and those of a script that is loaded a second time. */
export const datasets: Record<string, PixelDatasetSettings> = settings.datasets

export const ownScript = document.currentScript as HTMLScriptElement | null
/**
 * data-id, data-mode, data-pixel, data-endpoint, data-consent, data-test-event-code. A tag manager
 * cannot give a script attributes: there the page says the same as `twofoldScript`, before it loads.
 */
export const tag: DOMStringMap = { ...window.twofoldScript, ...ownScript?.dataset }

declare global {
  interface Window {
    twofoldScript?: DOMStringMap
  }
}
