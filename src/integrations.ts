/**
 * What a merchant puts into their shop: snippets, pixels and plugins from the folder integrations/,
 * with the server's address and the dataset filled in. They run there, not here. Read once, at the
 * start; made by main.ts, handed out by api/integrations.ts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Integration, IntegrationPlace, Integrations } from './api/ports.ts'
import { composeTemplate, GTM_TEMPLATES, templateFile } from './gtm-templates.ts'
import { type ZipEntry, zipOf } from './zip-archive.ts'

interface Part {
  /** Below the folder of the integrations. */
  readonly file: string
  /** Where it stands in the archive; left out: it is not in it. */
  readonly as?: string
  /** Shown to copy, under these words; left out: it is in the archive only. */
  readonly label?: string
  /** It is imported as a file, not pasted. */
  readonly isImported?: true
}

interface Kind extends Omit<Integration, 'files' | 'archive'> {
  readonly parts: readonly Part[]
  /** It takes nothing from an address that is not https. */
  readonly isHttpsOnly?: true
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

const GTM = 'gtm'

const TEMPLATE_LABELS = {
  web: 'Web tag template',
  server: 'Server tag template',
  'event-id': 'Event id variable template',
} as const

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
  {
    name: 'webflow',
    title: 'Webflow',
    source: 'webflow',
    about: 'The pixel on every page; forms and payment links take the browser along.',
    steps: [
      'In Webflow, open Site settings, Custom code, and paste the snippet into Head code. Save and publish.',
      'Nothing to add to your forms: the hidden fields appear when a form is sent, and the form’s own thanks reports the lead in the browser.',
    ],
    parts: [{ file: 'webflow/snippet.html', label: 'Head code' }],
  },
  {
    name: 'bigcommerce',
    title: 'BigCommerce',
    source: 'bigcommerce',
    about:
      'The pixel on every page, the checkout under the id of its cart, the sale under its order.',
    steps: [
      'In BigCommerce, open Storefront, Script Manager, Create a script.',
      'Location: Footer. Pages: All pages. Category: Targeting. Type: Script. Paste the script and save.',
    ],
    warning:
      'Is the Meta app of BigCommerce (or Data solutions, Meta pixel) on as well? If both reach the ' +
      'same dataset at Meta, every sale counts twice there: switch one of them off.',
    parts: [{ file: 'bigcommerce/script.html', label: 'Script' }],
  },
  {
    name: 'gtm',
    title: 'Google Tag Manager',
    source: 'google-tag',
    about:
      'A tag for the web container, one for the server container, and a variable for the event id ' +
      'that they share. Made for this server and dataset.',
    steps: [
      'Download the templates. In the web container, open Templates. Under Variable Templates click New, then the menu with three dots, Import, choose twofold-event-id.tpl and save. Under Tag Templates do the same with twofold-web.tpl.',
      'In Variables, User-Defined Variables, New, choose Twofold event id and name it Twofold event id.',
      'In Tags, New, choose Twofold. Which one: As the data layer names it. Event id: {{Twofold event id}}. Trigger it on page views and on the events of your shop (purchase, add_to_cart, ...). For events that are not in the data layer, make a tag for each and name the event.',
      'With a server container: in the Google tag and GA4 event tags of the web container add the event parameter event_id with the value {{Twofold event id}}.',
      'In the server container, open Templates, Tag Templates, New, and import twofold-server.tpl. In Tags, New, choose Twofold (server) and enter a token: Install, Make a token. Trigger it on the events of the GA4 client that matter, such as page_view, view_item, add_to_cart, begin_checkout, purchase, generate_lead and sign_up; not on each scroll.',
      'Click Preview in both containers, make a test purchase, and look at Test events here: one Purchase, reported by browser and server. Then Submit.',
    ],
    warning:
      'Is Meta’s pixel on the page as well? Then choose “is on the page: go with it” in the tag Twofold, ' +
      'and give {{Twofold event id}} to Meta’s tags as their event id. Take a server tag that sends the ' +
      'same events to Meta itself out of the server container: Twofold passes them on.',
    parts: GTM_TEMPLATES.map((template) => ({
      file: `${GTM}/${templateFile(template)}`,
      as: templateFile(template),
      label: TEMPLATE_LABELS[template],
      isImported: true,
    })),
    archive: 'twofold-gtm.zip',
    isHttpsOnly: true,
    archiveAbout: 'All three templates.',
  },
  {
    name: 'html',
    title: 'Any other site, Stripe payment links',
    source: 'stripe',
    about:
      'The pixel on every page. Forms carry the browser in hidden fields, links and buttons of ' +
      'Stripe a reference, so that the payment is known as the visitor’s.',
    steps: [
      'Paste the snippet into the <head> of every page.',
      'To have a form reported as a lead in the browser, too, give it data-twofold="Lead". Hand its hidden fields (twofold_fbp, twofold_fbc, twofold_event_id, twofold_url, twofold_ua) on with the lead: then both count as one. A form that is sent to a server outside your site gets none without data-twofold.',
      'Payment links, buy buttons and pricing tables of Stripe need nothing: connect Stripe as a source.',
    ],
    parts: [{ file: 'html/snippet.html', label: 'In every page' }],
  },
]

/** Throws when a file is missing: then the package is not whole. */
export function openIntegrations(folder: string): Integrations {
  const files = [...KINDS.flatMap(({ parts }) => parts.map(({ file }) => file)), ...INSERTED]
  const composed = new Map(
    GTM_TEMPLATES.map((template) => [
      `${GTM}/${templateFile(template)}`,
      composeTemplate(join(folder, GTM), template),
    ]),
  )
  const texts = new Map(
    files.map((file) => [file, composed.get(file) ?? readFileSync(join(folder, file), 'utf8')]),
  )
  const filled = (file: string, place: IntegrationPlace): string =>
    fill(texts.get(file) ?? '', place, texts)
  return {
    list: (place) =>
      KINDS.map(({ parts, archive, isHttpsOnly, ...kind }) => ({
        ...kind,
        ...(isHttpsOnly ? insecure(kind.title, place) : {}),
        archive: archive ?? null,
        files: parts.flatMap(({ file, label, isImported = false }) =>
          label === undefined
            ? []
            : [{ label, name: nameOf(file), text: filled(file, place), isImported }],
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

/** Instead of any other warning: with such an address nothing works at all. */
function insecure(title: string, { origin }: IntegrationPlace): { readonly warning?: string } {
  if (origin.startsWith('https:')) return {}
  const warning =
    `${title} loads nothing from ${origin}, for it is no https address. Start the server with ` +
    'TWOFOLD_PUBLIC_URL set to its https address, then download the files anew.'
  return { warning }
}

const CUSTOMER_EVENTS = 'shopify/customer-events.js'
const BASE = 'html/base.js'
const CARRY = 'html/carry.js'
/** What stands inside others. */
const INSERTED = [CUSTOMER_EVENTS, BASE, CARRY]
const nameOf = (file: string): string => file.split('/').at(-1) ?? file

/** What stands in capitals between underscores is filled in. */
function fill(text: string, place: IntegrationPlace, texts: ReadonlyMap<string, string>): string {
  const { origin, datasetId, connections } = place
  const hook = connections.find(({ source }) => source === 'woocommerce')?.path
  const { order_prefix, content_id } = settingsFor('bigcommerce', place)
  const inserted = (file: string): string =>
    (texts.get(file) ?? '').replaceAll(/^export /gm, '').trim()
  const parts: Readonly<Record<string, string>> = {
    __CUSTOMER_EVENTS__: inserted(CUSTOMER_EVENTS),
    __BASE__: inserted(BASE),
    __CARRY__: inserted(CARRY),
  }
  const values: Readonly<Record<string, string>> = {
    __SETTINGS__: inScript(settingsFor('shopify', place)),
    __PHP_DEFAULTS__: inPhp({
      ...settingsFor('woocommerce', place),
      hook: hook === undefined ? '' : `${origin}${hook}`,
    }),
    __ENDPOINT__: inScript(origin),
    __DATASET__: inScript(datasetId),
    __ORIGIN__: inText(origin),
    __DATASET_ID__: inText(datasetId),
    __COMMON_PREFIX__: inText(commonPrefix(place)),
    __ORDER_PREFIX__: inScript(order_prefix),
    __CONTENT_ID__: inScript(content_id),
  }
  return text
    .replaceAll(/__[A-Z_]+__/g, (mark) => parts[mark] ?? mark)
    .replaceAll(/__[A-Z_]+__/g, (mark) => values[mark] ?? mark)
}

/** As the connection of this kind has them: browser and server must name things alike. */
function settingsFor(source: string, { origin, datasetId, connections }: IntegrationPlace) {
  const found = connections.find((one) => one.source === source)?.settings
  return {
    endpoint: origin,
    dataset_id: datasetId,
    order_prefix: found?.order_prefix ?? '',
    content_id: found?.content_id ?? 'variant',
  }
}

/** What stands before order numbers, where all sources agree; else nobody can know it here. */
function commonPrefix({ connections }: IntegrationPlace): string {
  const prefixes = new Set(connections.map(({ settings }) => settings.order_prefix ?? ''))
  const [only] = prefixes
  return prefixes.size === 1 && typeof only === 'string' ? only : ''
}

/** JSON as a text of PHP between single quotes. */
const inPhp = (value: unknown): string => JSON.stringify(value).replaceAll(/[\\']/g, '\\$&')

/** Inside the quotes of a text in JSON. */
const inText = (value: string): string => JSON.stringify(value).slice(1, -1)

/** JSON that stays a JavaScript expression between script tags, too. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
