/** What proves a domain and what does not, on answers as sites and name servers give them. */
import { describe, expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import { proofTexts, seekProof } from './domain-proof.ts'

const CODE = '0123456789abcdef0123456789abcdef'
const DOMAIN = 'shop.example'
const { dns_name, dns_text, file_path, file_text, meta_tag } = proofTexts(DOMAIN, CODE)

interface World {
  /** Address -> page, or where it leads to. */
  readonly pages?: Readonly<Record<string, string | { to: string } | { status: number }>>
  readonly records?: Readonly<Record<string, readonly string[][]>>
}

async function seek({ pages = {}, records = {} }: World, domain = DOMAIN) {
  const asked: string[] = []
  const search = await seekProof(domain, CODE, {
    fetch: async (input) => {
      asked.push(String(input))
      const page = pages[String(input)]
      if (page === undefined) throw new TypeError('fetch failed')
      if (typeof page === 'string') return new Response(page)
      if ('status' in page) return new Response('', { status: page.status })
      return new Response('', { status: 301, headers: { location: page.to } })
    },
    resolveTxt: async (name) => {
      const found = records[name]
      if (!found) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
      return found.map((pieces) => [...pieces])
    },
  })
  return { ...search, asked }
}

describe('a TXT record', () => {
  it.each<[string, World['records'], boolean]>([
    ['at the name of its own', { [dns_name]: [[dns_text]] }, true],
    ['at the domain, among others', { [DOMAIN]: [['v=spf1 -all'], [dns_text]] }, true],
    ['in pieces', { [dns_name]: [[dns_text.slice(0, 9), dns_text.slice(9)]] }, true],
    ['of another dataset', { [dns_name]: [[`${dns_text}0`]] }, false],
    ['at the domain above', { example: [[dns_text]] }, false],
  ])('%s', async (_, records = {}, proves) => {
    const { proven_by, misses } = await seek({ records })
    expect(proven_by).toBe(proves ? 'dns' : null)
    expect(misses.dns === null).toBe(proves)
  })
})

describe('a file', () => {
  const at = `https://${DOMAIN}${file_path}`
  it.each<[string, World['pages'], boolean]>([
    ['with the text', { [at]: file_text }, true],
    ['with the texts of several datasets', { [at]: `a\r\n ${file_text} \r\nb\n` }, true],
    ['by http where nothing answers https', { [at.replace('s:', ':')]: file_text }, true],
    ['on the same site with www.', { [at]: { to: at.replace('//', '//www.') } }, false],
    ['that is a page of everything', { [at]: `<p>${file_text}</p>` }, false],
    ['on another site', { [at]: { to: 'https://evil.example/x' } }, false],
    ['behind an endless redirect', { [at]: { to: at } }, false],
    ['that is not there', { [at]: { status: 404 } }, false],
  ])('%s', async (_, pages = {}, proves) => {
    expect((await seek({ pages })).proven_by).toBe(proves ? 'file' : null)
  })

  it('may stand where the site leads to with www. or https', async () => {
    const www = 'https://www.shop.example/here.txt'
    const { proven_by } = await seek({ pages: { [at]: { to: www }, [www]: file_text } })
    expect(proven_by).toBe('file')
  })

  it('is never asked of the site that a redirect names', async () => {
    const { asked } = await seek({ pages: { [at]: { to: 'https://evil.example/x' } } })
    expect(asked.some((url) => url.includes('evil'))).toBe(false)
  })
})

describe('a meta tag', () => {
  const page = (head: string, body = ''): string =>
    `<!doctype html><html><head><title>Shop</title>${head}</head><body>${body}</body></html>`
  it.each<[string, string, boolean]>([
    ['in the head', page(meta_tag), true],
    ['written another way', page(meta_tag.replaceAll('"', "'").replace('>', ' />')), true],
    [
      'with its parts turned round',
      page(`<META content=${CODE} name=Twofold-Domain-Verification>`),
      true,
    ],
    ['in the body, where visitors write', page('', meta_tag), false],
    ['in the body of a page without a head', `<body>${meta_tag}`, false],
    ['in a comment', page(`<!-- ${meta_tag} -->`), false],
    ['in a script', page(`<script>x = '${meta_tag}'</script>`), false],
    ['in the value of another tag', page(`<meta name="description" content='${meta_tag}'>`), false],
    ['of another dataset', page(meta_tag.replace(CODE, 'other')), false],
  ])('%s', async (_, text, proves) => {
    const { proven_by } = await seek({ pages: { [`https://${DOMAIN}/`]: text } })
    expect(proven_by).toBe(proves ? 'meta_tag' : null)
  })

  it.each(['<script', '<meta', '<!-', '<meta "', '<title>', '<style x'])(
    'is looked for in a page of nothing but %s at the cost of its length',
    { timeout: 5000 },
    async (piece) => {
      const text = piece.repeat(Math.ceil(600_000 / piece.length))
      expect((await seek({ pages: { [`https://${DOMAIN}/`]: text } })).proven_by).toBeNull()
    },
  )

  it('is looked for in the start of a page only', async () => {
    const long = page(`<!-- ${'x'.repeat(600_000)} -->${meta_tag}`)
    expect((await seek({ pages: { [`https://${DOMAIN}/`]: long } })).proven_by).toBeNull()
  })
})

it('a site that answers nothing is said so, way by way', async () => {
  const { misses } = await seek({})
  expect(misses.dns).toContain(`No such TXT record at ${dns_name}`)
  expect(misses.file).toBe('shop.example did not answer by https or http.')
  expect(misses.meta_tag).toBe('shop.example did not answer by https or http.')
})

it('a private address is refused in plain words, not tried again by http', async () => {
  const { misses } = await seekProof('10.0.0.1', CODE, {
    fetch: async () => {
      throw new TwofoldError('private_target', '10.0.0.1 is not a public address.')
    },
    resolveTxt: async () => [],
  })
  expect(misses.file).toContain('10.0.0.1 is not a public address')
  expect(misses.dns).toBe('An IP address has no TXT records.')
})
