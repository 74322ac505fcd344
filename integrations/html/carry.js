/** Forms and payment links take the visitor's ids along, so that what comes of them is known as theirs. */
;((carry) => {
  if (window.twofoldCarry) return
  window.twofoldCarry = carry
  carry.start()
})({
  FIELDS: ['fbp', 'fbc', 'event_id', 'url', 'ua'],
  LINKS: /^https:\/\/(buy|book|donate)\.stripe\.com\//,
  ELEMENTS: 'stripe-buy-button, stripe-pricing-table',

  start() {
    // Before the site's own listeners: those read the fields.
    document.addEventListener('submit', (event) => this.fill(event.target, event.submitter), true)
    document.addEventListener('click', (event) => this.follow(event), true)
    // Their buttons live in frames of Stripe's: all that is seen of a click is where the focus went.
    addEventListener('blur', () => {
      const { activeElement } = document
      if (activeElement?.matches(this.ELEMENTS)) this.checkout(activeElement)
    })
    document.addEventListener('DOMContentLoaded', () => this.mark())
    if (document.readyState !== 'loading') this.mark()
  },

  random() {
    const bytes = crypto.getRandomValues(new Uint8Array(12))
    return [...bytes].map((one) => one.toString(16).padStart(2, '0')).join('')
  },

  /** Nothing stands there without the visitor's consent: then nothing is carried. */
  cookie(name) {
    return new RegExp(`(?:^|; )${name}=(fb\\.\\d+\\.\\d+\\.[^;]+)`).exec(document.cookie)?.[1] ?? ''
  },

  /** Forms in which a person leaves word: not a search, not a sign-in. */
  isLead(form) {
    const asks = form.querySelector('input[type=email], input[type=tel], textarea')
    return asks && !form.querySelector('input[type=password]')
  },

  /** To another company's server nothing of the visitor goes, unless the site marks the form. */
  isOwn(form, button) {
    const target = button?.getAttribute('formaction') || form.getAttribute('action')
    // A link reads any address as the form would.
    const link = Object.assign(document.createElement('a'), { href: target || location.href })
    const site = location.hostname.replace(/^www\./, '')
    const isNear = link.hostname === site || link.hostname.endsWith(`.${site}`)
    return isNear && /^https?:$/.test(link.protocol)
  },

  fill(form, button) {
    if (!form.matches?.('form') || !this.isLead(form)) return
    if (form.dataset.twofold === undefined && !this.isOwn(form, button)) return
    const fbp = this.cookie('_fbp')
    const id = `lead:${this.random()}`
    const values = {
      event_id: id,
      ...(fbp
        ? {
            fbp,
            fbc: this.cookie('_fbc'),
            url: location.origin + location.pathname,
            ua: navigator.userAgent,
          }
        : {}),
    }
    for (const name of this.FIELDS) this.field(form, `twofold_${name}`).value = values[name] ?? ''
    const done = form.closest('.w-form')?.querySelector('.w-form-done')
    if (done) this.whenShown(done, id)
    else if (form.dataset.twofold) this.lead(form.dataset.twofold, id)
  },

  field(form, name) {
    const found = form.querySelector(`input[name="${name}"]`)
    if (found) return found
    const made = Object.assign(document.createElement('input'), { type: 'hidden', name })
    made.dataset.name = name
    return form.appendChild(made)
  },

  /** Webflow shows its thanks once the form was taken. */
  whenShown(done, id) {
    const isShown = () => getComputedStyle(done).display !== 'none'
    if (isShown()) return
    const watch = new MutationObserver(() => {
      if (!isShown()) return
      watch.disconnect()
      this.lead('Lead', id)
    })
    watch.observe(done, { attributes: true })
  },

  lead(name, id) {
    window.fbq?.('track', name, {}, { eventID: id })
  },

  /** So that they know the reference before anybody clicks. */
  mark() {
    for (const element of document.querySelectorAll(this.ELEMENTS)) {
      if (!element.getAttribute('client-reference-id')) {
        element.setAttribute('client-reference-id', this.random())
      }
    }
  },

  checkout(element) {
    const reference = element.getAttribute('client-reference-id')
    if (reference) this.initiate(reference)
  },

  follow({ target }) {
    const link = target.closest?.('a[href]')
    if (!link || !this.LINKS.test(link.href)) return
    const url = new URL(link.href)
    const reference = url.searchParams.get('client_reference_id') || this.random()
    url.searchParams.set('client_reference_id', reference)
    link.href = url.href
    this.initiate(reference)
  },

  /** The payment names the reference: that is how it finds this browser. */
  initiate(reference) {
    if (this.initiated === reference) return
    this.initiated = reference
    const eventID = `initiatecheckout:${encodeURIComponent(reference)}`
    window.fbq?.('track', 'InitiateCheckout', {}, { eventID })
  },
})
