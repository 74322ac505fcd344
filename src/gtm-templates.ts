/**
 * Templates for Google Tag Manager, in the one-file form that its editor imports (.tpl): put
 * together from the readable parts in integrations/gtm/. Marks in capitals stay in them;
 * integrations.ts fills them in. Permissions and tests have a short form there, spelt out here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Names of the folders below integrations/gtm/. */
export const GTM_TEMPLATES = ['web', 'server', 'event-id'] as const
export type GtmTemplate = (typeof GTM_TEMPLATES)[number]

/** Parts of code that several share; they stand before the template's own. */
const SHARED: Readonly<Record<GtmTemplate, readonly string[]>> = {
  web: ['end.js', 'order.js', 'ga4.js'],
  server: ['end.js', 'order.js', 'ga4.js', 'purchase-id.js'],
  'event-id': ['order.js', 'purchase-id.js'],
}

/** Every file of a template that is exported carries Google's own notice. */
const TERMS = `By creating or modifying this file you agree to Google Tag Manager's Community
Template Gallery Developer Terms of Service available at
https://developers.google.com/tag-manager/gallery-tos (or such other URL as
Google may provide), as modified from time to time.`

export const templateFile = (template: GtmTemplate): string => `twofold-${template}.tpl`

/** Throws when a part is missing or cannot be read: then the package is not whole. */
export function composeTemplate(folder: string, template: GtmTemplate): string {
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8').trim()
  const own = (file: string): string => read(join(template, file))
  const isServer = template === 'server'
  const code = [...SHARED[template].map(read), own('code.js')].join('\n\n')
  const sections: readonly (readonly [name: string, text: string])[] = [
    ['TERMS_OF_SERVICE', TERMS],
    ['INFO', json(infoOf(JSON.parse(own('info.json'))))],
    ['TEMPLATE_PARAMETERS', json(JSON.parse(own('parameters.json')))],
    [isServer ? 'SANDBOXED_JS_FOR_SERVER' : 'SANDBOXED_JS_FOR_WEB_TEMPLATE', code],
    [
      isServer ? 'SERVER_PERMISSIONS' : 'WEB_PERMISSIONS',
      json(permissionsOf(JSON.parse(own('permissions.json')))),
    ],
    ['TESTS', testsOf(own('tests.js'))],
    ['NOTES', `Made by Twofold for __ORIGIN__. Anew: twofold gtm ${template}`],
  ]
  return sections.map(([name, text]) => `___${name}___\n\n${text}\n`).join('\n\n')
}

const json = (value: unknown): string => JSON.stringify(value, null, 2)

/** Ids of the editor's own, the same in every template that was never in its gallery. */
function infoOf(info: object): object {
  return {
    ...info,
    id: 'cvt_temp_public_id',
    version: 1,
    securityGroups: [],
    brand: { id: 'brand_dummy', displayName: 'Twofold' },
  }
}

type Value =
  | { readonly type: 1; readonly string: string }
  | { readonly type: 2; readonly listItem: readonly Value[] }
  | { readonly type: 3; readonly mapKey: readonly Value[]; readonly mapValue: readonly Value[] }
  | { readonly type: 8; readonly boolean: boolean }

const text = (value: string): Value => ({ type: 1, string: value })
const list = (items: readonly Value[]): Value => ({ type: 2, listItem: items })
const texts = (values: readonly string[]): Value => list(values.map(text))

function map(entries: Readonly<Record<string, string | boolean>>): Value {
  return {
    type: 3,
    mapKey: Object.keys(entries).map(text),
    mapValue: Object.values(entries).map((value) =>
      typeof value === 'string' ? text(value) : { type: 8, boolean: value },
    ),
  }
}

/** From the short form of a permission to the parameters that the editor keeps of it. */
const PERMISSIONS: Readonly<Record<string, (short: never) => Readonly<Record<string, Value>>>> = {
  access_consent: (types: readonly string[]) => ({
    consentTypes: list(types.map((consentType) => map({ consentType, read: true, write: false }))),
  }),
  access_globals: (keys: Readonly<Record<string, string>>) => ({
    keys: list(
      Object.entries(keys).map(([key, rights]) =>
        map({
          key,
          read: rights.includes('read'),
          write: rights.includes('write'),
          execute: rights.includes('execute'),
        }),
      ),
    ),
  }),
  access_template_storage: () => ({}),
  get_cookies: (names: readonly string[]) => ({
    cookieAccess: text('specific'),
    cookieNames: texts(names),
  }),
  inject_script: (urls: readonly string[]) => ({ urls: texts(urls) }),
  logging: (environments: string) => ({ environments: text(environments) }),
  read_data_layer: (keys: readonly string[]) => ({
    allowedKeys: text('specific'),
    keyPatterns: texts(keys),
  }),
  read_event_data: (access: string) => ({ eventDataAccess: text(access) }),
  send_http: (urls: readonly string[]) => ({ allowedUrls: text('specific'), urls: texts(urls) }),
  set_cookies: (names: readonly string[]) => ({
    allowedCookies: list(
      names.map((name) => map({ name, domain: '*', path: '*', secure: 'any', session: 'any' })),
    ),
  }),
}

function permissionsOf(short: Readonly<Record<string, never>>): readonly object[] {
  return Object.entries(short).map(([publicId, value]) => {
    const spell = PERMISSIONS[publicId]
    if (!spell) throw new Error(`No permission of a template is called ${publicId}.`)
    const param = Object.entries(spell(value)).map(([key, value]) => ({ key, value }))
    return {
      instance: { key: { publicId, versionId: '1' }, param },
      clientAnnotations: { isEditedByUser: true },
      isRequired: true,
    }
  })
}

/** Of a file of tests: what stands before the first `//// name` runs before each scenario. */
function testsOf(file: string): string {
  const [setup = '', ...scenarios] = file.split(/^\/{4} /m)
  const blocks = scenarios.map((scenario) => {
    const [name = '', ...lines] = scenario.split('\n')
    return `- name: ${JSON.stringify(name)}\n  code: |-\n${indented(lines.join('\n').trim(), 4)}`
  })
  return `scenarios:\n${blocks.join('\n')}\nsetup: |-\n${indented(setup.trim(), 2)}`
}

const indented = (lines: string, spaces: number): string =>
  lines.replaceAll(/^(?=.)/gm, ' '.repeat(spaces))
