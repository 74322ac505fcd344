/**
 * The pages of the shop as HTML. Pure: a view in, markup out. shop.ts decides what is shown;
 * the pixel's base code stands here because this is where a shop puts it.
 */
import { BAG_GRAMS, COFFEES, type Coffee, price } from './catalogue.ts'
import { type Html, html, scriptJson, trusted } from './html.ts'
import { type PanelView, panel } from './panel.ts'
import { bag, cup, mark } from './pictures.ts'
import { browserCall, COUNTRIES, type Line, type Report, type Shopper } from './reports.ts'
import { BAGS_PER_LINE_MAX, type Order } from './sessions.ts'

export interface PageView {
  readonly basePath: string
  readonly nonce: string
  readonly title: string
  readonly bagsInCart: number
  readonly panel: PanelView
  readonly pixel: PixelView
}

export interface PixelView {
  readonly script: string
  readonly datasetId: string
  readonly externalId: string
  readonly reports: readonly Report[]
  /** The switch: an id of the page's own making instead of a Purchase's shared one. */
  readonly strayId: string | undefined
}

export function page(view: PageView, body: Html): Html {
  const { basePath } = view
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${view.title} &middot; BrewBeans</title>
<link rel="icon" href="${basePath}/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${basePath}/assets/shop.css">
<link rel="stylesheet" href="${basePath}/assets/panel.css">
${pixel(view.pixel, view.nonce)}
<script src="${basePath}/assets/panel.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the shop</a>
<div class="shop">
  <header class="head">
    <a class="brand" href="${basePath}/">${mark()}<span>BrewBeans</span></a>
    <nav aria-label="Shop">
      <a href="${basePath}/#coffees">Coffees</a>
      <a href="${basePath}/cart">Cart${
        view.bagsInCart > 0 && html` <b class="badge">${view.bagsInCart}</b>`
      }</a>
    </nav>
  </header>
  <main id="main">${body}</main>
  <footer class="foot">
    <p>BrewBeans is a demo. Nobody roasts, charges or ships anything, and its people are made up.</p>
  </footer>
</div>
${panel(view.panel)}
</body>
</html>`
}

/** The base code as every shop pastes it; only the address of the script is ours. */
function pixel(view: PixelView, nonce: string): Html {
  const loader = trusted(`!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){n.callMethod?
n.callMethod.apply(n,arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;
n.push=n;n.loaded=!0;n.version='2.0';n.queue=[];t=b.createElement(e);t.async=!0;
t.src=v;s=b.getElementsByTagName(e)[0];s.parentNode.insertBefore(t,s)}(window,document,'script',`)
  const calls = view.reports.map((said) =>
    browserCall(said, (said.name === 'Purchase' && view.strayId) || said.eventId),
  )
  return html`<script nonce="${nonce}">
${loader}${scriptJson(view.script)});
fbq('init','${view.datasetId}',${scriptJson({ external_id: view.externalId })});
${calls.map((call) => html`${call}\n`)}</script>`
}

export function home(basePath: string): Html {
  return html`<section class="hero">
    <div class="hero-text">
      <p class="eyebrow">Roasted Tuesday, with you by Friday</p>
      <h1>Coffee that tastes like somewhere.</h1>
      <p class="lead">Four bags, no flavour wheel to memorise. Pick the one that sounds like your
        morning and we will roast it this week.</p>
      <p><a class="button" href="#coffees">See the coffees</a></p>
    </div>
    <div class="hero-picture">${cup()}</div>
  </section>
  <section id="coffees" class="shelf" aria-labelledby="shelf-title">
    <h2 id="shelf-title">On the shelf this week</h2>
    <ul class="grid">${COFFEES.map((coffee) => card(coffee, basePath))}</ul>
  </section>
  <section class="promises" aria-label="How we work">
    <div><h3>Small batches</h3><p>Twelve kilos at a time, cooled fast, rested two days.</p></div>
    <div><h3>Fair all the way</h3><p>We pay the farm&rsquo;s own price and print it on the bag.</p></div>
    <div><h3>Bags that compost</h3><p>Plant fibre inside and out, valve included.</p></div>
  </section>`
}

function card(coffee: Coffee, basePath: string): Html {
  return html`<li class="card ${coffee.motif}">
    <a class="card-link" href="${basePath}/coffee/${coffee.slug}">
      <span class="card-picture">${bag(coffee)}</span>
      <span class="card-name">${coffee.name}</span>
      <span class="card-notes">${coffee.notes.join(' · ')}</span>
    </a>
    <div class="card-buy">
      <span class="price">${price(coffee.priceCents)} <small>${BAG_GRAMS} g</small></span>
      ${addForm(coffee, { basePath, small: true })}
    </div>
  </li>`
}

function addForm(coffee: Coffee, style: { basePath: string; small: boolean }): Html {
  const { basePath, small } = style
  return html`<form method="post" action="${basePath}/cart" class="add">
    <input type="hidden" name="do" value="add">
    <input type="hidden" name="sku" value="${coffee.sku}">
    ${small ? html`<input type="hidden" name="bags" value="1">` : bagsField(coffee, 1)}
    <button class="button${small && ' small'}"${
      small && html` aria-label="${`Add ${coffee.name} to cart`}"`
    }>${small ? 'Add' : 'Add to cart'}</button>
  </form>`
}

function bagsField(coffee: Coffee, bags: number): Html {
  return html`<label class="bags"><span>Bags</span><input type="number" name="bags" min="1"
    max="${BAGS_PER_LINE_MAX}" value="${bags}" inputmode="numeric" required
    id="bags-${coffee.slug}"></label>`
}

export function product(coffee: Coffee, basePath: string): Html {
  const facts = [
    ['Origin', coffee.origin],
    ['Process', coffee.process],
    ['Altitude', coffee.altitude],
    ['Roast', coffee.roast],
  ]
  return html`<nav class="crumbs" aria-label="You are here"><a href="${basePath}/">Coffees</a> /
    <span aria-current="page">${coffee.name}</span></nav>
  <article class="product ${coffee.motif}">
    <div class="product-picture">${bag(coffee)}</div>
    <div class="product-text">
      <h1>${coffee.name}</h1>
      <p class="lead">${coffee.short}</p>
      <ul class="notes" aria-label="Tastes of">${coffee.notes.map(
        (note) => html`<li>${note}</li>`,
      )}</ul>
      <p>${coffee.story}</p>
      <p class="price big">${price(coffee.priceCents)} <small>${BAG_GRAMS} g, whole bean</small></p>
      ${addForm(coffee, { basePath, small: false })}
      <dl class="facts">${facts.map(
        ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
      )}</dl>
    </div>
  </article>`
}

export function cart(lines: readonly Line[], basePath: string): Html {
  if (lines.length === 0) {
    return html`<section class="empty"><h1>Your cart is empty</h1>
      <p class="lead">That is easily fixed.</p>
      <p><a class="button" href="${basePath}/#coffees">See the coffees</a></p></section>`
  }
  return html`<h1>Your cart</h1>
  <div class="checkout">
    <ul class="lines">${lines.map(
      ({ coffee, bags }) => html`<li class="line ${coffee.motif}">
      <span class="thumb">${bag(coffee)}</span>
      <div class="line-text">
        <a class="line-name" href="${basePath}/coffee/${coffee.slug}"><b>${coffee.name}</b></a>
        <span>${price(coffee.priceCents)} a bag</span>
        <div class="line-forms">
          <form method="post" action="${basePath}/cart">
            <input type="hidden" name="do" value="set">
            <input type="hidden" name="sku" value="${coffee.sku}">
            ${bagsField(coffee, bags)}<button class="button quiet small"
              aria-label="${`Update ${coffee.name}`}">Update</button>
          </form>
          <form method="post" action="${basePath}/cart">
            <input type="hidden" name="do" value="remove">
            <input type="hidden" name="sku" value="${coffee.sku}">
            <button class="button plain small" aria-label="${`Remove ${coffee.name}`}">Remove</button>
          </form>
        </div>
      </div>
      <b class="price">${price(coffee.priceCents * bags)}</b>
    </li>`,
    )}</ul>
    <section class="summary" aria-labelledby="sum-title">
      <h2 id="sum-title">Summary</h2>
      ${sums(lines)}
      <a class="button wide" href="${basePath}/checkout">Go to checkout</a>
    </section>
  </div>`
}

export const totalCents = (lines: readonly Line[]): number =>
  lines.reduce((sum, { coffee, bags }) => sum + coffee.priceCents * bags, 0)

function sums(lines: readonly Line[]): Html {
  return html`<dl class="sums">
    ${lines.map(
      ({ coffee, bags }) => html`<div><dt>${bags} &times; ${coffee.name}</dt>
        <dd>${price(coffee.priceCents * bags)}</dd></div>`,
    )}
    <div><dt>Shipping</dt><dd>Free</dd></div>
    <div class="total"><dt>Total</dt><dd>${price(totalCents(lines))}</dd></div>
  </dl>`
}

export interface CheckoutView {
  readonly basePath: string
  readonly lines: readonly Line[]
  readonly shopper: Shopper
  /** Field name -> what is wrong with it. */
  readonly errors: ReadonlyMap<string, string>
}

export function checkout(view: CheckoutView): Html {
  const { basePath, lines, shopper, errors } = view
  const field = (name: keyof Shopper, label: string, how: { type?: string; complete: string }) =>
    html`<label class="field ${name}"><span>${label}</span>
      <input name="${name}" value="${shopper[name]}" type="${how.type ?? 'text'}"
        autocomplete="${how.complete}" maxlength="100" required${
          errors.has(name) && html` aria-invalid="true" aria-describedby="wrong-${name}"`
        }>
      ${errors.has(name) && html`<em class="wrong" id="wrong-${name}">${errors.get(name)}</em>`}
    </label>`
  return html`<h1>Checkout</h1>
  <form class="checkout" method="post" action="${basePath}/checkout" id="checkout">
    <section class="fields" aria-labelledby="who-title">
      <h2 id="who-title">Where should it go?</h2>
      <p class="hint">Filled in with a made-up person, so you can just press Buy.</p>
      <div class="field-grid">
      ${field('firstName', 'First name', { complete: 'given-name' })}
      ${field('lastName', 'Last name', { complete: 'family-name' })}
      ${field('email', 'E-mail', { type: 'email', complete: 'email' })}
      ${field('phone', 'Phone', { type: 'tel', complete: 'tel' })}
      ${field('street', 'Street and number', { complete: 'address-line1' })}
      ${field('postcode', 'Postcode', { complete: 'postal-code' })}
      ${field('city', 'City', { complete: 'address-level2' })}
      <label class="field country"><span>Country</span>
        <select name="country" autocomplete="country">${Object.entries(COUNTRIES).map(
          ([code, { name }]) =>
            html`<option value="${code}"${code === shopper.country && html` selected`}>${name}</option>`,
        )}</select></label>
      </div>
    </section>
    <section class="summary" aria-labelledby="sum-title">
      <h2 id="sum-title">Your order</h2>
      ${sums(lines)}
      <button class="button wide">Buy for ${price(totalCents(lines))}</button>
      <p class="hint">No payment details: this is a demo.</p>
    </section>
  </form>`
}

export function thankYou(order: Order, lines: readonly Line[], basePath: string): Html {
  return html`<section class="thanks">
    <div class="thanks-picture">${cup()}</div>
    <p class="eyebrow">Order received</p>
    <h1>Thank you, ${order.firstName}!</h1>
    <p class="lead">We are warming up the roaster. Your order number is
      <b class="order-number" id="order-number">${order.number}</b>.</p>
    <div class="receipt">${sums(lines)}</div>
    <p><a class="button quiet" href="${basePath}/#coffees">Back to the shelf</a></p>
  </section>`
}

export function notice(title: string, text: string, basePath: string): Html {
  return html`<section class="empty"><h1>${title}</h1><p class="lead">${text}</p>
    <p><a class="button" href="${basePath}/">To the shop</a></p></section>`
}
