/**
 * One sale sent with nothing but what comes with the language: for who wants no SDK, and for where
 * the SDK cannot go. Pure text; nothing here runs. The token comes from the environment.
 */
import { JAVA_ENCODED } from './sdk-snippets.ts'
import { ORDER, type SnippetContext } from './snippets.ts'

export const phpHttpSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `<?php
// The order and its visitor: put in what your shop knows.
$order = '${ORDER}';
$visitor = array_filter([
    'em' => hash('sha256', strtolower(trim('jo@example.com'))),
    'client_ip_address' => '203.0.113.7', // $_SERVER['REMOTE_ADDR']
    'client_user_agent' => 'Mozilla/5.0', // $_SERVER['HTTP_USER_AGENT']
    'fbp' => 'fb.1.1789000000000.1098115397', // $_COOKIE['_fbp'] ?? null
    'fbc' => 'fb.1.1789000000000.EXAMPLE_CLICK', // $_COOKIE['_fbc'] ?? null
]);

$purchase = [
    'event_name' => 'Purchase',
    'event_time' => time(),
    'event_id' => 'purchase:' . rawurlencode(trim($order)),
    'action_source' => 'website',
    'event_source_url' => 'https://shop.example/thank-you',
    'user_data' => $visitor,
    'custom_data' => ['value' => 30.5, 'currency' => 'EUR', 'order_id' => $order],
];

$answer = file_get_contents(
    '${origin}/v24.0/${datasetId}/events',
    false,
    stream_context_create(['http' => [
        'method' => 'POST',
        'header' => [
            'Authorization: Bearer ' . getenv('TWOFOLD_TOKEN'),
            'Content-Type: application/json',
        ],
        'content' => json_encode(['data' => [$purchase]], JSON_THROW_ON_ERROR),
        'timeout' => 10,
        'ignore_errors' => true, // the answer says what was wrong
    ]]),
);
if ($answer === false || !isset(json_decode($answer, true)['events_received'])) {
    throw new RuntimeException('Not taken: ' . var_export($answer, true));
}
echo $answer, PHP_EOL;`

export const pythonHttpSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `import hashlib
import json
import os
import time
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

# The order and its visitor: put in what your shop knows.
order = "${ORDER}"
visitor = {
    "em": hashlib.sha256("jo@example.com".strip().lower().encode()).hexdigest(),
    "client_ip_address": "203.0.113.7",  # of the visitor's request
    "client_user_agent": "Mozilla/5.0",  # its User-Agent header
    "fbp": "fb.1.1789000000000.1098115397",  # its cookie _fbp, or None
    "fbc": "fb.1.1789000000000.EXAMPLE_CLICK",  # its cookie _fbc, or None
}

purchase = {
    "event_name": "Purchase",
    "event_time": int(time.time()),
    "event_id": "purchase:" + quote(order.strip(), safe=""),
    "action_source": "website",
    "event_source_url": "https://shop.example/thank-you",
    "user_data": {key: value for key, value in visitor.items() if value},
    "custom_data": {"value": 30.5, "currency": "EUR", "order_id": order},
}

request = Request(
    "${origin}/v24.0/${datasetId}/events",
    data=json.dumps({"data": [purchase]}).encode(),
    headers={
        "Authorization": "Bearer " + os.environ["TWOFOLD_TOKEN"],
        "Content-Type": "application/json",
    },
)
try:
    with urlopen(request, timeout=10) as answer:
        print(answer.read().decode())
except HTTPError as error:
    raise SystemExit(f"Not taken: {error.code} {error.read().decode()}")`

export const rubyHttpSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `require 'digest'
require 'erb'
require 'json'
require 'net/http'

# The order and its visitor: put in what your shop knows.
order = '${ORDER}'
visitor = {
  em: Digest::SHA256.hexdigest('jo@example.com'.strip.downcase),
  client_ip_address: '203.0.113.7', # request.remote_ip
  client_user_agent: 'Mozilla/5.0', # request.user_agent
  fbp: 'fb.1.1789000000000.1098115397', # cookies[:_fbp]
  fbc: 'fb.1.1789000000000.EXAMPLE_CLICK' # cookies[:_fbc]
}.compact

purchase = {
  event_name: 'Purchase',
  event_time: Time.now.to_i,
  event_id: "purchase:#{ERB::Util.url_encode(order.strip)}",
  action_source: 'website',
  event_source_url: 'https://shop.example/thank-you',
  user_data: visitor,
  custom_data: { value: 30.5, currency: 'EUR', order_id: order }
}

answer = Net::HTTP.post(
  URI('${origin}/v24.0/${datasetId}/events'),
  JSON.generate(data: [purchase]),
  'Authorization' => "Bearer #{ENV.fetch('TWOFOLD_TOKEN')}",
  'Content-Type' => 'application/json'
)
abort "Not taken: #{answer.code} #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)
puts answer.body`

export const javaHttpSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `// Java 17 or later.
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;

public class Purchase {
  public static void main(String[] args) throws Exception {
    // The order and its visitor: put in what your shop knows.
    String order = "${ORDER}";
    String body = """
        {"data": [{
          "event_name": "Purchase",
          "event_time": %d,
          "event_id": %s,
          "action_source": "website",
          "event_source_url": "https://shop.example/thank-you",
          "user_data": {
            "em": %s,
            "client_ip_address": %s,
            "client_user_agent": %s,
            "fbp": %s,
            "fbc": %s
          },
          "custom_data": {"value": 30.5, "currency": "EUR", "order_id": %s}
        }]}""".formatted(
            Instant.now().getEpochSecond(),
            json("purchase:" + encoded(order.strip())),
            json(sha256("jo@example.com".strip().toLowerCase(Locale.ROOT))),
            json("203.0.113.7"), // request.getRemoteAddr()
            json("Mozilla/5.0"), // request.getHeader("User-Agent")
            json("fb.1.1789000000000.1098115397"), // the cookie _fbp, or null
            json("fb.1.1789000000000.EXAMPLE_CLICK"), // the cookie _fbc, or null
            json(order));

    HttpRequest request = HttpRequest.newBuilder()
        .uri(URI.create("${origin}/v24.0/${datasetId}/events"))
        .timeout(Duration.ofSeconds(10))
        .header("Authorization", "Bearer " + System.getenv("TWOFOLD_TOKEN"))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("Not taken: " + answer.statusCode() + " " + answer.body());
    }
    System.out.println(answer.body());
  }

  static String sha256(String text) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256")
        .digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }

${JAVA_ENCODED}

  /** Text as JSON writes it. */
  static String json(String text) {
    if (text == null) return "null";
    StringBuilder quoted = new StringBuilder("\\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\\\' || c < ' ') quoted.append(String.format("\\\\u%04x", (int) c));
      else quoted.append(c);
    }
    return quoted.append('"').toString();
  }
}`
