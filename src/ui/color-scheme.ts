/**
 * Sets the colour scheme before the first paint. Mantine's own way is an inline script, which a
 * strict content policy forbids; this runs at the top of the bundle instead.
 */

/** Where Mantine's provider keeps the choice. */
const STORAGE_KEY = 'mantine-color-scheme-value'

export function applySavedColorScheme(): void {
  const saved = readSaved()
  const dark =
    saved === 'dark' || (saved !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
}

/** Storage can be forbidden by the browser's settings; then the system's choice is used. */
function readSaved(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY)
  } catch {
    return null
  }
}
