/** The pixel on every page, and the server beside it. */
import type { Snippets } from './snippets.ts'

export const INSTALL: Snippets = {
  html: `<!-- In the head of every page, the last one too. The page Install has it filled in. -->
<script async src="https://events.shop.example/p.js?id=DATASET_ID" data-id="DATASET_ID"></script>`,
  gtm: `<!-- Custom HTML tag, trigger: All Pages -->
<script async src="https://events.shop.example/p.js?id=DATASET_ID" data-id="DATASET_ID"></script>`,
  woocommerce: `add_action('wp_head', function () { ?>
  <script async src="https://events.shop.example/p.js?id=DATASET_ID" data-id="DATASET_ID"></script>
<?php });`,
  node: `// Does it arrive? The answer says events_received: 1, or what is wrong.
const answer = await fetch('https://events.shop.example/v24.0/DATASET_ID/events', {
  method: 'POST',
  headers: { authorization: \`Bearer \${token}\`, 'content-type': 'application/json' },
  body: JSON.stringify({ data: [event] }),
})
if (!answer.ok) console.error(await answer.text())`,
  php: `// Does it arrive? The answer says events_received: 1, or what is wrong.
$curl = curl_init('https://events.shop.example/v24.0/DATASET_ID/events');
curl_setopt_array($curl, [
  CURLOPT_POSTFIELDS => json_encode(['data' => [$event]]),
  CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . $token, 'Content-Type: application/json'],
  CURLOPT_RETURNTRANSFER => true,
]);
error_log(curl_exec($curl));`,
  python: `# Does it arrive? The answer says events_received: 1, or what is wrong.
answer = requests.post(
    "https://events.shop.example/v24.0/DATASET_ID/events",
    headers={"Authorization": f"Bearer {token}"},
    json={"data": [event]},
    timeout=10,
)
print(answer.text)`,
}
