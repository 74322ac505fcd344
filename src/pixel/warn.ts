/** Nothing here throws into the page: what goes wrong becomes a warning, once per message. */

const seen = new Set<string>()

export function warn(message: unknown): void {
  const text = `[Twofold] ${message}`
  if (!seen.has(text)) console.warn(text)
  seen.add(text)
}

export function safely(action: () => void): void {
  try {
    action()
  } catch (error) {
    warn(error)
  }
}

/** Different on every call; nothing secret hangs on it. */
export const randomText = (): string => Math.random().toString(36).slice(2)
