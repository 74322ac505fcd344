/** Lines of an order that do not add up to its value. */
import { shareCheck, withNote } from '../share.ts'
import { PRODUCTS } from '../snippets/products.ts'

export const contentsOff = shareCheck({
  code: 'contents_off',
  title: 'Products and value do not fit together',
  severity: 'suggestion',
  about:
    'The prices and quantities in contents add up to something far from value: often a price in cents, a line price taken for the price of one piece, or one product only.',
  fix: 'Send item_price for one piece in major units, with its quantity, for every line of the order.',
  snippets: PRODUCTS,
  of: ['Purchase', 'AddToCart', 'InitiateCheckout'],
  metrics: ['note:contents_off'],
  above: 0.3,
  says: 'list products whose prices add up to less than half or more than double the value.',
  picks: withNote('contents_off'),
})
