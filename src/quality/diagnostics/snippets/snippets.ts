/**
 * The platforms that a fix is shown for. A snippet is a few lines to copy into what is there
 * already; its topic stands in a file of its own, and several checks may share it. Types only.
 */
export const PLATFORMS = [
  ['html', 'Web page'],
  ['gtm', 'Google Tag Manager'],
  ['shopify', 'Shopify'],
  ['woocommerce', 'WooCommerce'],
  ['node', 'Node'],
  ['php', 'PHP'],
  ['python', 'Python'],
] as const

export type Platform = (typeof PLATFORMS)[number][0]

export type Snippets = { readonly [P in Platform]?: string }
