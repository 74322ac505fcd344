/** Test codes and test shops stay out of what customers run. */
import type { Snippets } from './snippets.ts'

export const TEST_CODE: Snippets = {
  node: `const body = {
  data: events,
  ...(process.env.NODE_ENV === 'production' ? {} : { test_event_code: 'TEST12345' }),
}`,
  php: `$body = ['data' => $events];
if (getenv('APP_ENV') !== 'production') $body['test_event_code'] = 'TEST12345';`,
  python: `body = {"data": events}
if os.environ.get("APP_ENV") != "production":
    body["test_event_code"] = "TEST12345"`,
  html: `<script>
  // Only the shop itself reports to this dataset; a copy of it gets a dataset of its own.
  const live = location.hostname === 'www.shop.example'
  fbq('init', live ? 'DATASET_ID' : 'TEST_DATASET_ID')
</script>`,
  woocommerce: `// wp_get_environment_type() is set in wp-config.php: WP_ENVIRONMENT_TYPE
if (wp_get_environment_type() !== 'production') return; // reports nothing`,
}
