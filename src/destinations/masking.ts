/**
 * Takes out of a text what people who look at deliveries must not see: secrets of the settings, and
 * what a remote quotes of an event. Knows no destination; used on every answer.
 */

/** Secrets may stand there as they are, or as an address or a JSON text writes them. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ])
  // The longest first: one may be part of another.
  return [...new Set(forms)]
    .filter((form) => form !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((masked, form) => masked.replaceAll(form, MASK), text)
    .replace(TOKEN, MASK)
}

const MASK = '***'
/** What looks like a token of Meta's: its error texts may repeat a part of one. */
const TOKEN = /EAA[A-Za-z0-9]{16,}/g

export function withoutPersonalData(text: string): string {
  return PERSONAL.reduce((masked, pattern) => masked.replace(pattern, '(removed)'), text)
}

/**
 * E-mail addresses, hashes, browser and click ids, IPv4 and IPv6 addresses. Each takes a time that
 * grows with the text only, however the remote makes it: hence the look behind and the counts.
 */
const PERSONAL: readonly RegExp[] = [
  /(?<![^\s"'<>@])[^\s"'<>@]+@[^\s"'<>@]+\.[a-z]{2,}/gi,
  /\b[0-9a-f]{64}\b/gi,
  /\bfb\.\d\.\d{10,13}\.[\w-]+/g,
  /\b\d{1,3}(\.\d{1,3}){3}\b/g,
  /\b[0-9a-f]{1,4}:(?:[0-9a-f]{0,4}:){2,6}[0-9a-f]{1,4}\b/gi,
]
