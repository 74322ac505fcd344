/**
 * Looks for the proof that whoever runs a dataset runs a domain, too: a TXT record, a file, or a
 * meta tag of the home page. It reads what strangers serve, so all of it is bounded. Called by
 * domains.ts; what it fetches with is closed to private networks (guarded-fetch.ts).
 */
import { isIP } from 'node:net'
import { TwofoldError } from '../errors.ts'
import { DOMAIN_CHECK_MS, DOMAIN_PAGE_BYTES_MAX, DOMAIN_REDIRECTS_MAX } from '../limits.ts'

export interface ProofPorts {
  readonly fetch: typeof fetch
  /** As `resolveTxt` of node:dns/promises: records, each in its pieces. */
  readonly resolveTxt: (name: string) => Promise<string[][]>
}

export const PROOF_METHODS = ['dns', 'file', 'meta_tag'] as const
export type ProofMethod = (typeof PROOF_METHODS)[number]

export interface ProofSearch {
  /** The first way that proves it. */
  readonly proven_by: ProofMethod | null
  /** What was found instead, in words; null for a way that proves it. */
  readonly misses: Readonly<Record<ProofMethod, string | null>>
}

/** What to put where, each way enough by itself. */
export interface ProofTexts {
  readonly dns_name: string
  readonly dns_text: string
  readonly file_path: string
  readonly file_text: string
  readonly meta_tag: string
}

const NAME = 'twofold-domain-verification'
const FILE_PATH = `/.well-known/${NAME}.txt`

export function proofTexts(domain: string, code: string): ProofTexts {
  const text = `${NAME}=${code}`
  return {
    // A name of its own: where the domain is an alias (CNAME), it can hold no record itself.
    dns_name: `_twofold.${hostOf(domain)}`,
    dns_text: text,
    file_path: FILE_PATH,
    file_text: text,
    meta_tag: `<meta name="${NAME}" content="${code}">`,
  }
}

/** Never rejects: what cannot be reached is a miss, in words. */
export async function seekProof(
  domain: string,
  code: string,
  ports: ProofPorts,
): Promise<ProofSearch> {
  const texts = proofTexts(domain, code)
  const [dns, file, meta_tag] = await Promise.all([
    seekRecord(domain, texts, ports),
    seekFile(domain, texts, ports),
    seekTag(domain, code, ports),
  ])
  const misses = { dns, file, meta_tag }
  return { misses, proven_by: PROOF_METHODS.find((method) => misses[method] === null) ?? null }
}

const hostOf = (domain: string): string => domain.replace(/:\d+$/, '')

async function seekRecord(
  domain: string,
  { dns_name, dns_text }: ProofTexts,
  { resolveTxt }: ProofPorts,
): Promise<string | null> {
  const host = hostOf(domain)
  if (isIP(host) !== 0) return 'An IP address has no TXT records.'
  const words: string[] = []
  for (const name of [dns_name, host]) {
    try {
      const records = (await resolveTxt(name)).map((pieces) => pieces.join('').trim())
      if (records.includes(dns_text)) return null
      const ours = records.filter((record) => record.startsWith(`${NAME}=`))
      if (ours.length > 0) words.push(`${name} has the text of another dataset or domain.`)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOTFOUND' || code === 'ENODATA') continue
      words.push(`The name servers did not answer for ${name} (${code ?? 'no reason given'}).`)
    }
  }
  return words.join(' ') || `No such TXT record at ${dns_name}. New records can take an hour.`
}

async function seekFile(
  domain: string,
  { file_path, file_text }: ProofTexts,
  ports: ProofPorts,
): Promise<string | null> {
  const page = await read(domain, file_path, ports)
  if ('miss' in page) return page.miss
  const lines = page.text.split(/\r?\n/).map((line) => line.trim())
  if (lines.includes(file_text)) return null
  return `${page.url} does not hold the text on a line of its own.`
}

async function seekTag(domain: string, code: string, ports: ProofPorts): Promise<string | null> {
  const page = await read(domain, '/', ports)
  if ('miss' in page) return page.miss
  const codes = tagCodes(page.text)
  if (codes.includes(code)) return null
  return codes.length > 0
    ? `The tag of ${page.url} is that of another dataset or domain.`
    : `There is no such tag in the head of ${page.url}.`
}

const OPENING = /<(!--|\/?[a-z][a-z0-9]*)/gi
const META = /<meta\b(?:[^>"']|"[^"]*"|'[^']*')*>/iy
const HIDING = /^(script|style|noscript|template|title)$/

/**
 * Of the head only: what visitors write (comments, reviews) stands in the body. In one pass, and
 * what is not closed ends it: a stranger's page must not cost more than its length.
 */
function tagCodes(html: string): string[] {
  const codes: string[] = []
  for (let at = 0; at >= 0; ) {
    OPENING.lastIndex = at
    const found = OPENING.exec(html)
    const name = found?.[1]?.toLowerCase()
    if (!found || name === undefined || name === '/head' || name === 'body') break
    at = OPENING.lastIndex
    if (name === '!--') at = endOf(/-->/g, html, at)
    else if (HIDING.test(name)) at = endOf(new RegExp(`</${name}\\b`, 'gi'), html, at)
    else if (name === 'meta') {
      META.lastIndex = found.index
      const tag = META.exec(html)?.[0]
      if (tag === undefined) break
      at = META.lastIndex
      const content = attribute(tag, 'content')
      const isOurs = attribute(tag, 'name')?.toLowerCase() === NAME
      if (isOurs && content !== undefined) codes.push(content.trim())
    }
  }
  return codes
}

/** Where the first match from `from` on ends; -1 without one. */
function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.test(text) ? pattern.lastIndex : -1
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag)
  return found?.[1] ?? found?.[2] ?? found?.[3]
}

type Page = { readonly url: string; readonly text: string } | { readonly miss: string }

/** By https; by http where nothing answers there, as certificates are proven, too. */
async function read(domain: string, path: string, ports: ProofPorts): Promise<Page> {
  const signal = AbortSignal.timeout(DOMAIN_CHECK_MS)
  try {
    return await follow(new URL(`https://${domain}${path}`), { ...ports, signal })
  } catch (error) {
    if (error instanceof TwofoldError) return { miss: error.message }
  }
  try {
    return await follow(new URL(`http://${domain}${path}`), { ...ports, signal })
  } catch (error) {
    if (error instanceof TwofoldError) return { miss: error.message }
    const why = signal.aborted ? `in ${DOMAIN_CHECK_MS / 1000} seconds` : 'by https or http'
    return { miss: `${domain} did not answer ${why}.` }
  }
}

interface Following extends Pick<ProofPorts, 'fetch'> {
  readonly signal: AbortSignal
}

/** To https and to or from `www.` only: another site's word proves nothing about this one. */
async function follow(start: URL, { signal, ...ports }: Following): Promise<Page> {
  let url = start
  for (let hops = 0; hops <= DOMAIN_REDIRECTS_MAX; hops += 1) {
    const response = await ports.fetch(url, { redirect: 'manual', signal, headers: HEADERS })
    const location = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel()
      const next = URL.parse(location, url.href)
      if (next === null || bareHost(next) !== bareHost(start)) {
        return { miss: `${url.href} leads to another site: add that one instead.` }
      }
      url = next
      continue
    }
    if (!response.ok) {
      await response.body?.cancel()
      return { miss: `${url.href} answered ${response.status}.` }
    }
    return { url: url.href, text: await textOf(response) }
  }
  return { miss: `${start.href} leads on and on.` }
}

const HEADERS = { accept: 'text/html, text/plain', 'user-agent': 'Twofold domain verification' }

const bareHost = ({ protocol, host }: URL): string =>
  /^https?:$/.test(protocol) ? host.replace(/^www\./, '') : protocol

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop early ends the answer.
  for await (const chunk of body ?? []) {
    chunks.push(chunk as Uint8Array)
    bytes += (chunk as Uint8Array).length
    if (bytes >= DOMAIN_PAGE_BYTES_MAX) break
  }
  return Buffer.concat(chunks).subarray(0, DOMAIN_PAGE_BYTES_MAX).toString('utf8')
}
