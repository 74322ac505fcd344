/**
 * What the server says of a refused request, for people: it names the fields as the API does, a
 * page names them in words. Pure; called by api-client.ts, the one place where errors come in.
 */

const FIELD = /(^|; )(?:body\.)?([a-z_]\w*(?:\.\w+)*): /g

/** "body.webhook_url: must be text; body.name: is missing" */
export function requestWords(detail: string): string {
  const words = detail.replace(FIELD, (_, before: string, path: string) => {
    return `${before ? '. ' : ''}${nameOf(path)}: `
  })
  return /[.!?]$/.test(words) ? words : `${words}.`
}

/** "rules.0.name" is "Rules no. 1, name". */
function nameOf(path: string): string {
  const words = path
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? ` no. ${Number(part) + 1}` : `, ${part}`))
    .join('')
    .replaceAll('_', ' ')
    .slice(2)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
