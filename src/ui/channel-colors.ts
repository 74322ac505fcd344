/**
 * The colours that mean something: browser is blue, server is orange, both together are ink. A set
 * that stays apart for every kind of colour vision and in grey print (the lightness differs, too).
 * Their values stand in app.css, where they differ for light and dark.
 */
export const CHANNEL_COLORS = {
  browser: 'var(--twofold-browser)',
  both: 'var(--twofold-both)',
  server: 'var(--twofold-server)',
  other: 'var(--twofold-other)',
} as const
