/*! Twofold for WordPress, GPL-2.0-or-later: what the pages tell the pixel, and when it may. */
;((pages) => {
  if (!window.twofoldPage || window.twofoldPages) return
  window.twofoldPages = pages
  pages.start(window.twofoldPage)
})({
  start(page) {
    this.page = page
    this.openStub()
    window.fbq('init', page.dataset)
    if (page.consent) this.watchConsent()
    this.track('PageView')
    if (page.view) this.track('ViewContent', page.view)
    if (page.checkout) this.track('InitiateCheckout', page.checkout)
    if (page.purchase && this.isNew(page.purchase.order_id)) this.track('Purchase', page.purchase)
    this.watchCart()
    this.watchForms()
  },

  /** Calls wait here for the pixel, which comes later. */
  openStub() {
    if (window.fbq) return
    const fbq = (...args) => {
      if (fbq.callMethod) fbq.callMethod(...args)
      else fbq.queue.push(args)
    }
    Object.assign(fbq, { push: fbq, loaded: true, version: '2.0', queue: [] })
    window.fbq = fbq
    window._fbq = fbq
  },

  track(name, data = {}, options = undefined) {
    window.fbq('track', name, data, options)
  },

  /** The consent plugin may come after this script. */
  watchConsent() {
    const ask = () => {
      if (typeof window.wp_has_consent !== 'function') return
      window.fbq('consent', window.wp_has_consent('marketing') ? 'grant' : 'revoke')
    }
    for (const name of [
      'DOMContentLoaded',
      'wp_consent_type_defined',
      'wp_listen_for_consent_change',
    ]) {
      document.addEventListener(name, ask)
    }
  },

  watchCart() {
    // Lists: buttons that add without leaving the page, of the classic shop and of the blocks.
    document.addEventListener('click', ({ target }) => {
      const button = target.closest?.('.add_to_cart_button[data-product_id]')
      if (!button || button.matches('.product_type_variable, .product_type_grouped')) return
      const { product_id: id, product_sku: sku, quantity } = button.dataset
      this.added(this.page.content_id === 'sku' && sku ? sku : id, quantity)
    })
    document.addEventListener('submit', ({ target, submitter }) => {
      if (!target.matches?.('form.cart')) return
      const data = new FormData(target, submitter)
      const variation = Number(data.get('variation_id'))
      const isOwn = !variation || this.page.content_id === 'product'
      const [own] = this.page.view?.content_ids ?? []
      const id = (isOwn && own) || variation || data.get('add-to-cart')
      this.added(id, data.get('quantity'), variation ? undefined : this.page.view)
    })
  },

  added(id, quantity, view) {
    if (!id) return
    const count = Number(quantity) || 1
    const isPriced = view?.value >= 0
    this.track('AddToCart', {
      content_type: 'product',
      content_ids: [String(id)],
      contents: [{ id: String(id), quantity: count }],
      ...(isPriced ? { value: view.value * count, currency: view.currency } : {}),
    })
  },

  /** The server's answer names the id under which it reports the same lead. */
  watchForms() {
    document.addEventListener('wpcf7mailsent', ({ detail }) =>
      this.lead(detail?.apiResponse?.twofold_event_id),
    )
    document.addEventListener('DOMContentLoaded', () => {
      this.marked()
      const { jQuery } = window
      if (!jQuery) return
      jQuery(document).on('wpformsAjaxSubmitSuccess', (_event, answer) =>
        this.lead(answer?.data?.twofold_event_id),
      )
      jQuery(document).on('gform_confirmation_loaded', () => this.marked())
    })
  },

  marked() {
    for (const mark of document.querySelectorAll('[data-twofold-lead]')) {
      this.lead(mark.dataset.twofoldLead)
      mark.removeAttribute('data-twofold-lead')
    }
  },

  lead(id) {
    if (id && this.isNew(id)) this.track('Lead', {}, { eventID: id })
  },

  /** A page that is loaded again reports nothing again. */
  isNew(id) {
    try {
      const key = `twofold_seen_${id}`
      if (localStorage.getItem(key)) return false
      localStorage.setItem(key, '1')
    } catch {
      // No storage: the id is the same, so it counts once all the same.
    }
    return true
  },
})
