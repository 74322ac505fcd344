/**
 * What a merchant puts into their shop: snippets, pixels and plugins from the folder integrations/,
 * with the server's address and the dataset filled in. They run there, not here. Read once, at the
 * start; made by main.ts, handed out by api/integrations.ts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Integration, IntegrationPlace, Integrations } from './api/ports.ts'
import { type ZipEntry, zipOf } from './zip-archive.ts'

interface Part {
  /** Below the folder of the integrations. */
  readonly file: string
  /** Where it stands in the archive; left out: it is not in it. */
  readonly as?: string
  /** Shown to copy, under these words; left out: it is in the archive only. */
  readonly label?: string
}

interface Kind extends Omit<Integration, 'files' | 'archive'> {
  readonly parts: readonly Part[]
  /** The name of the archive, where it is offered. */
  readonly archive?: string
}

const EXTENSION = 'shopify/extensions/twofold-pixel'

const PLUGIN = [
  ...['twofold.php', 'twofold-defaults.php', 'uninstall.php', 'readme.txt', 'LICENSE'],
  ...['settings', 'visitor', 'queue', 'pages', 'orders', 'leads', 'relay'].map(
    (name) => `includes/class-twofold-${name}.php`,
  ),
  'assets/twofold.js',
]

const KINDS: readonly Kind[] = [
  {
    name: 'shopify',
    title: 'Shopify',
    source: 'shopify',
    about: 'A custom pixel for all pages and the checkout, and a snippet that carries the browser.',
    steps: [
      'In Shopify, open Settings, Customer events, Add custom pixel. Name it Twofold and paste the custom pixel below.',
      'Permission: Required, with Marketing ticked. Data sale: Data collected qualifies as data sale. Save, then Connect.',
      'In Online Store, Themes, Edit code, open layout/theme.liquid and paste the theme snippet right before </head>.',
      'Take every other Twofold snippet out of the theme: the custom pixel reports the pages as well.',
    ],
    warning:
      'Is Shopify’s own Meta channel (Facebook & Instagram) on as well? Its purchases have ids that ' +
      'nobody else can know, so the same sale would count twice at Meta. In that channel set data ' +
      'sharing off, or let it send to another dataset at Meta.',
    parts: [
      { file: 'shopify/custom-pixel.js', label: 'Custom pixel' },
      { file: 'shopify/theme-snippet.liquid', label: 'Theme snippet' },
      { file: `${EXTENSION}/shopify.extension.toml`, as: 'shopify.extension.toml' },
      { file: `${EXTENSION}/package.json`, as: 'package.json' },
      { file: `${EXTENSION}/src/index.js`, as: 'src/index.js' },
      { file: 'shopify/customer-events.js', as: 'src/customer-events.js' },
    ],
    archive: 'twofold-pixel.zip',
    archiveAbout:
      'The same as the app pixel of a Shopify app of your own (extensions/twofold-pixel).',
  },
  {
    name: 'wordpress',
    title: 'WordPress and WooCommerce',
    source: 'woocommerce',
    about:
      'A plugin: the pixel on every page, orders that carry the browser, leads of three form ' +
      'plugins, and a first-party route. Orders are sent in the background until they are taken.',
    steps: [
      'Download the plugin: the address and the dataset are in it.',
      'In WordPress, open Plugins, Add New, Upload Plugin, choose the zip file, install and activate it.',
      'Connect WooCommerce as a source here, then enter its address and its secret in WordPress under Settings, Twofold. The webhooks of WooCommerce itself are not needed then, and do no harm.',
      'For leads of Contact Form 7, WPForms or Gravity Forms, enter a token for sending as well: Install, Make a token.',
      'Take every other Twofold snippet out of the theme: the plugin reports the pages.',
    ],
    warning:
      'Is the plugin Facebook for WooCommerce or Meta pixel on as well? Its events have ids of their ' +
      'own. If both reach the same dataset at Meta, every sale counts twice there: switch its ' +
      'tracking off. The plugin warns you in WordPress when it finds one.',
    parts: PLUGIN.map((file) => ({ file: `wordpress/twofold/${file}`, as: `twofold/${file}` })),
    archive: 'twofold-wordpress.zip',
  },
]

/** Throws when a file is missing: then the package is not whole. */
export function openIntegrations(folder: string): Integrations {
  const files = [...KINDS.flatMap(({ parts }) => parts.map(({ file }) => file)), CUSTOMER_EVENTS]
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
  const filled = (file: string, place: IntegrationPlace): string =>
    fill(texts.get(file) ?? '', place, texts)
  return {
    list: (place) =>
      KINDS.map(({ parts, archive, ...kind }) => ({
        ...kind,
        archive: archive ?? null,
        files: parts.flatMap(({ file, label }) =>
          label === undefined ? [] : [{ label, name: nameOf(file), text: filled(file, place) }],
        ),
      })),
    archiveOf: (name, place) => {
      const kind = KINDS.find((one) => one.name === name)
      if (!kind?.archive) return undefined
      const entries = kind.parts.flatMap(({ file, as }): ZipEntry[] =>
        as === undefined ? [] : [{ path: as, text: filled(file, place) }],
      )
      return { name: kind.archive, bytes: zipOf(entries) }
    },
  }
}

const CUSTOMER_EVENTS = 'shopify/customer-events.js'
const nameOf = (file: string): string => file.split('/').at(-1) ?? file

/** What stands in capitals between underscores is filled in. */
function fill(
  text: string,
  { origin, datasetId, connections }: IntegrationPlace,
  texts: ReadonlyMap<string, string>,
): string {
  const shopify = connections.find(({ source }) => source === 'shopify')
  const settings = {
    endpoint: origin,
    dataset_id: datasetId,
    order_prefix: shopify?.settings.order_prefix ?? '',
    content_id: shopify?.settings.content_id ?? 'variant',
  }
  const woocommerce = connections.find(({ source }) => source === 'woocommerce')
  const phpDefaults = {
    ...settings,
    order_prefix: woocommerce?.settings.order_prefix ?? '',
    content_id: woocommerce?.settings.content_id ?? 'variant',
    hook: woocommerce ? `${origin}${woocommerce.path}` : '',
  }
  const core = (texts.get(CUSTOMER_EVENTS) ?? '').replaceAll(/^export /gm, '').trim()
  const values: Readonly<Record<string, string>> = {
    __CUSTOMER_EVENTS__: core,
    __SETTINGS__: inScript(settings),
    __PHP_DEFAULTS__: inPhp(phpDefaults),
    __ENDPOINT__: inScript(origin),
    __DATASET__: inScript(datasetId),
  }
  return text.replaceAll(/__[A-Z_]+__/g, (mark) => values[mark] ?? mark)
}

/** JSON as a text of PHP between single quotes. */
const inPhp = (value: unknown): string => JSON.stringify(value).replaceAll(/[\\']/g, '\\$&')

/** JSON that stays a JavaScript expression between script tags, too. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
