/**
 * One sale sent by Meta's own SDK, in each language that has one besides Node. Pure text; nothing
 * here runs. The token comes from the environment, so it never ends up in a repository.
 */
import { ORDER, type SnippetContext } from './snippets.ts'

/** The SDK pins the authorities that sign for Meta; other hosts are signed for by others. */
export function phpSdkSnippet({ origin, datasetId }: SnippetContext): string {
  const { protocol, host } = new URL(origin)
  return `<?php
require __DIR__ . '/vendor/autoload.php';

use FacebookAds\\Api;
use FacebookAds\\Http\\Request;
use FacebookAds\\Object\\ServerSide\\ActionSource;
use FacebookAds\\Object\\ServerSide\\CustomData;
use FacebookAds\\Object\\ServerSide\\Event;
use FacebookAds\\Object\\ServerSide\\EventRequest;
use FacebookAds\\Object\\ServerSide\\UserData;

// The one change: the address that the SDK sends to.
$client = Api::init(null, null, getenv('TWOFOLD_TOKEN'), false)->getHttpClient();
$address = new Request($client);
$address->setProtocol('${protocol}//');
$address->setDomain('${host}');
$client->setRequestPrototype($address);
// Trust the certificates that this machine trusts, not only Meta's.
$client->getAdapter()->getOpts()->offsetUnset(CURLOPT_CAINFO);

// The order and its visitor: put in what your shop knows. The SDK hashes the e-mail.
$order = '${ORDER}';
$visitor = (new UserData())
    ->setEmail('jo@example.com')
    ->setClientIpAddress('203.0.113.7') // $_SERVER['REMOTE_ADDR']
    ->setClientUserAgent('Mozilla/5.0') // $_SERVER['HTTP_USER_AGENT']
    ->setFbp('fb.1.1789000000000.1098115397') // $_COOKIE['_fbp'] ?? null
    ->setFbc('fb.1.1789000000000.EXAMPLE_CLICK'); // $_COOKIE['_fbc'] ?? null

$purchase = (new Event())
    ->setEventName('Purchase')
    ->setEventTime(time())
    ->setEventId('purchase:' . rawurlencode(trim($order)))
    ->setActionSource(ActionSource::WEBSITE)
    ->setEventSourceUrl('https://shop.example/thank-you')
    ->setUserData($visitor)
    ->setCustomData(
        (new CustomData())->setValue(30.5)->setCurrency('EUR')->setOrderId($order)
    );

$answer = (new EventRequest('${datasetId}'))->setEvents([$purchase])->execute();
echo $answer->getEventsReceived(), PHP_EOL;`
}

export const pythonSdkSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `import os
import time
from urllib.parse import quote

from facebook_business.adobjects.serverside.action_source import ActionSource
from facebook_business.adobjects.serverside.custom_data import CustomData
from facebook_business.adobjects.serverside.event import Event
from facebook_business.adobjects.serverside.event_request import EventRequest
from facebook_business.adobjects.serverside.user_data import UserData
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

# The one change: the address that the SDK sends to.
FacebookSession.GRAPH = "${origin}"
session = FacebookSession(access_token=os.environ["TWOFOLD_TOKEN"])
# Trust the usual certificates, not only Meta's.
session.requests.verify = True
FacebookAdsApi.set_default_api(FacebookAdsApi(session))

# The order and its visitor: put in what your shop knows. The SDK hashes the e-mail.
order = "${ORDER}"
visitor = UserData(
    email="jo@example.com",
    client_ip_address="203.0.113.7",  # of the visitor's request
    client_user_agent="Mozilla/5.0",  # its User-Agent header
    fbp="fb.1.1789000000000.1098115397",  # its cookie _fbp, or None
    fbc="fb.1.1789000000000.EXAMPLE_CLICK",  # its cookie _fbc, or None
)

purchase = Event(
    event_name="Purchase",
    event_time=int(time.time()),
    event_id="purchase:" + quote(order.strip(), safe=""),
    action_source=ActionSource.WEBSITE,
    event_source_url="https://shop.example/thank-you",
    user_data=visitor,
    custom_data=CustomData(value=30.5, currency="EUR", order_id=order),
)

print(EventRequest(pixel_id="${datasetId}", events=[purchase]).execute())`

/** Speaks https only; the page shows the plain request for an http address. */
export const rubySdkSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `require 'erb'
require 'facebook_ads'

FacebookAds.configure do |config|
  config.access_token = ENV.fetch('TWOFOLD_TOKEN')
  # The one change: the host that the SDK sends to.
  config.server_host = '${new URL(origin).host}'
end

# The order and its visitor: put in what your shop knows. The SDK hashes the e-mail.
order = '${ORDER}'
visitor = FacebookAds::ServerSide::UserData.new(
  email: 'jo@example.com',
  client_ip_address: '203.0.113.7', # request.remote_ip
  client_user_agent: 'Mozilla/5.0', # request.user_agent
  fbp: 'fb.1.1789000000000.1098115397', # cookies[:_fbp]
  fbc: 'fb.1.1789000000000.EXAMPLE_CLICK' # cookies[:_fbc]
)

purchase = FacebookAds::ServerSide::Event.new(
  event_name: 'Purchase',
  event_time: Time.now.to_i,
  event_id: "purchase:#{ERB::Util.url_encode(order.strip)}",
  action_source: 'website',
  event_source_url: 'https://shop.example/thank-you',
  user_data: visitor,
  custom_data: FacebookAds::ServerSide::CustomData.new(
    value: 30.5, currency: 'EUR', order_id: order
  )
)

answer = FacebookAds::ServerSide::EventRequest.new(
  pixel_id: '${datasetId}', events: [purchase]
).execute
puts answer.events_received`

/** Speaks https only; the page shows the plain request for an http address. */
export const javaSdkSnippet = ({ origin, datasetId }: SnippetContext): string =>
  `import com.facebook.ads.sdk.APIContext;
import com.facebook.ads.sdk.serverside.ActionSource;
import com.facebook.ads.sdk.serverside.CustomData;
import com.facebook.ads.sdk.serverside.Event;
import com.facebook.ads.sdk.serverside.EventRequest;
import com.facebook.ads.sdk.serverside.UserData;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

public class Purchase {
  // The one change: the address that the SDK sends to.
  static final String ADDRESS = "${origin}";

  public static void main(String[] args) throws Exception {
    APIContext context = new APIContext(ADDRESS, ADDRESS, APIContext.DEFAULT_API_VERSION,
        System.getenv("TWOFOLD_TOKEN"), null, null, false);

    // The order and its visitor: put in what your shop knows. The SDK hashes the e-mail.
    String order = "${ORDER}";
    UserData visitor = new UserData()
        .email("jo@example.com")
        .clientIpAddress("203.0.113.7") // request.getRemoteAddr()
        .clientUserAgent("Mozilla/5.0") // request.getHeader("User-Agent")
        .fbp("fb.1.1789000000000.1098115397") // the cookie _fbp, when there is one
        .fbc("fb.1.1789000000000.EXAMPLE_CLICK"); // the cookie _fbc, when there is one

    Event purchase = new Event()
        .eventName("Purchase")
        .eventTime(Instant.now().getEpochSecond())
        .eventId("purchase:" + encoded(order.strip()))
        .actionSource(ActionSource.website)
        .eventSourceUrl("https://shop.example/thank-you")
        .userData(visitor)
        .customData(new CustomData().value(30.5f).currency("EUR").orderId(order));

    EventRequest request = new EventRequest("${datasetId}", context);
    request.addDataItem(purchase);
    System.out.println(request.execute());
  }

${JAVA_ENCODED}
}`

/** Percent-encoding of RFC 3986, which URLEncoder misses in three places. */
export const JAVA_ENCODED = `  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
  }`
