/**
 * What BrewBeans sells. Prices are whole cents and come from here only: nothing a browser sends can
 * change one. Read by pages, carts and reports.
 */

export interface Coffee {
  readonly sku: string
  readonly slug: string
  readonly name: string
  readonly origin: string
  readonly process: string
  readonly altitude: string
  readonly roast: string
  readonly notes: readonly string[]
  readonly short: string
  readonly story: string
  readonly priceCents: number
  readonly motif: 'sunrise' | 'harbour' | 'honey' | 'night'
  /** Bag colours: lit side, middle, shaded side, and the ink on the label. */
  readonly colours: readonly [string, string, string, string]
}

export const CURRENCY = 'EUR'
export const BAG_GRAMS = 250

export const COFFEES: readonly Coffee[] = [
  {
    sku: 'BB-SUN-250',
    slug: 'sunrise-washed',
    name: 'Sunrise Washed',
    origin: 'Guji, Ethiopia',
    process: 'Washed',
    altitude: '2,050 m',
    roast: 'Light',
    notes: ['Jasmine', 'Bergamot', 'Apricot'],
    short: 'Floral and bright, like the first window you open in the morning.',
    story:
      'Smallholders above Hambela pick only the ripest cherries and dry the parchment on raised ' +
      'beds. We roast it light and stop early, so the jasmine stays in the cup.',
    priceCents: 1490,
    motif: 'sunrise',
    colours: ['#f3b08a', '#dd7f57', '#b4532a', '#8f3a17'],
  },
  {
    sku: 'BB-HAR-250',
    slug: 'harbour-house',
    name: 'Harbour House',
    origin: 'Cerrado, Brazil and Huila, Colombia',
    process: 'Natural and washed',
    altitude: '1,150 to 1,700 m',
    roast: 'Medium',
    notes: ['Milk chocolate', 'Hazelnut', 'Brown sugar'],
    short: 'The house blend: round, sweet and forgiving in every kind of pot.',
    story:
      'Two thirds Brazil for the chocolate, one third Colombia for the spark. It is the bag we ' +
      'drink ourselves when nobody is watching the scale.',
    priceCents: 1150,
    motif: 'harbour',
    colours: ['#86b3ac', '#4f8a83', '#2c5f5a', '#1f4b47'],
  },
  {
    sku: 'BB-HON-250',
    slug: 'red-honey',
    name: 'Red Honey',
    origin: 'Tarrazú, Costa Rica',
    process: 'Red honey',
    altitude: '1,800 m',
    roast: 'Light to medium',
    notes: ['Plum', 'Wild honey', 'Orange peel'],
    short: 'Sticky-sweet and deep, dried with most of the fruit still on the bean.',
    story:
      'Doña Elba leaves the mucilage on and turns the beds by hand for nineteen days. What dries ' +
      'in tastes of plum and of the honey it is named after.',
    priceCents: 1650,
    motif: 'honey',
    colours: ['#f0c668', '#d99f2e', '#a9741a', '#7d520c'],
  },
  {
    sku: 'BB-NIG-250',
    slug: 'night-shift-decaf',
    name: 'Night Shift Decaf',
    origin: 'Cauca, Colombia',
    process: 'Sugar-cane decaf',
    altitude: '1,750 m',
    roast: 'Medium',
    notes: ['Caramel', 'Red apple', 'Cocoa'],
    short: 'All of the cup and none of the ceiling at two in the morning.',
    story:
      'The caffeine leaves with a by-product of sugar cane, gently and without heat. The caramel ' +
      'stays, and so does your sleep.',
    priceCents: 1290,
    motif: 'night',
    colours: ['#8d87b8', '#5b5590', '#37325f', '#2c2850'],
  },
]

export const coffeeBySlug = (slug: string): Coffee | undefined =>
  COFFEES.find((coffee) => coffee.slug === slug)

export const coffeeBySku = (sku: string): Coffee | undefined =>
  COFFEES.find((coffee) => coffee.sku === sku)

/** "€14.90" */
export const price = (cents: number): string => `€${(cents / 100).toFixed(2)}`
