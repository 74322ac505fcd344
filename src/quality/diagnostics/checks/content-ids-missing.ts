/** Products that are not named. */
import { shareCheck, withNote } from '../share.ts'
import { PRODUCTS } from '../snippets/products.ts'

export const contentIdsMissing = shareCheck({
  code: 'content_ids_missing',
  title: 'Events that do not say which product',
  severity: 'suggestion',
  about:
    'Some of your events name their products and these do not. Product ads and the catalog learn nothing from them.',
  fix: 'Send content_ids or contents with the ids of your catalog.',
  snippets: PRODUCTS,
  of: ['Purchase', 'AddToCart', 'ViewContent'],
  metrics: ['note:no_content_ids'],
  above: 0.5,
  says: 'name no product.',
  picks: withNote('no_content_ids'),
})
