/** The entry of the app pixel: Shopify calls it in a worker, with the settings of webPixelCreate. */
import { register } from '@shopify/web-pixels-extension'
import { connectTwofold } from './customer-events.js'

register(({ analytics, browser, init, customerPrivacy, settings }) => {
  connectTwofold({ analytics, browser, init, customerPrivacy }, settings)
})
