/** The pixel in place of any other, the dataset and the page view; nothing twice. */
if (!window.fbq) {
  const fbq = (...args) => {
    if (fbq.callMethod) fbq.callMethod(...args)
    else fbq.queue.push(args)
  }
  Object.assign(fbq, { push: fbq, loaded: true, version: '2.0', queue: [] })
  window.fbq = fbq
  window._fbq = fbq
  const script = document.createElement('script')
  script.async = true
  script.dataset.mode = 'replace'
  script.src = `${__ENDPOINT__}/p.js?id=${encodeURIComponent(__DATASET__)}`
  document.head.append(script)
  fbq('init', __DATASET__)
  fbq('track', 'PageView')
}
