const JSON = require('JSON');

const sent = [];
const cookies = {};
const kept = {};
let answer = { statusCode: 200, body: '{"events_received":1}' };
let event = {};

mock('getAllEventData', () => event);
mock('getTimestampMillis', 1772463600123);
mock('getCookieValues', (name) => (cookies[name] ? [cookies[name]] : []));
mock('setCookie', (name, value, options) => {
  kept[name] = { value: value, options: options };
});
mock('computeEffectiveTldPlusOne', 'shop.example');
mock('sendHttpRequest', (url, options, body) => {
  sent.push({ url: url, options: options, body: JSON.parse(body) });
  return {
    then: (onAnswer, onFailure) => (answer ? onAnswer(answer) : onFailure({ reason: 'timed_out' }))
  };
});

const fields = {
  datasetId: '1001',
  token: ' secret ',
  eventType: 'ga4',
  actionSource: 'website',
  itemId: 'item_id',
  hash: true,
  cookies: true,
  consent: 'tell'
};

const withFields = (more) => {
  const all = JSON.parse(JSON.stringify(fields));
  for (let key in more) all[key] = more[key];
  return all;
};
const theEvent = () => sent[0].body.data[0];

//// A GA4 purchase becomes a Purchase of the Conversions API, under the id of its order
event = {
  event_name: 'purchase',
  transaction_id: 'T 17',
  value: 59.9,
  currency: 'eur',
  page_location: 'https://shop.example/thanks',
  page_referrer: 'https://shop.example/pay',
  ip_override: '203.0.113.9',
  user_agent: 'Mozilla/5.0',
  items: [{ item_id: 'p1', quantity: 2, price: 29.95 }]
};
runCode(fields);
assertThat(sent).hasLength(1);
assertThat(sent[0].url.indexOf('/1001/events')).isGreaterThan(0);
assertThat(sent[0].url.indexOf('secret')).isEqualTo(-1);
assertThat(sent[0].options.headers.authorization).isEqualTo('Bearer secret');
assertThat(theEvent().event_name).isEqualTo('Purchase');
assertThat(theEvent().event_time).isEqualTo(1772463600);
assertThat(theEvent().event_id).isEqualTo('purchase:T%2017');
assertThat(theEvent().action_source).isEqualTo('website');
assertThat(theEvent().event_source_url).isEqualTo('https://shop.example/thanks');
assertThat(theEvent().referrer_url).isEqualTo('https://shop.example/pay');
assertThat(theEvent().user_data.client_ip_address).isEqualTo('203.0.113.9');
assertThat(theEvent().user_data.client_user_agent).isEqualTo('Mozilla/5.0');
assertThat(theEvent().custom_data).isEqualTo({
  value: 59.9,
  currency: 'EUR',
  order_id: 'T 17',
  content_type: 'product',
  content_ids: ['p1'],
  contents: [{ id: 'p1', quantity: 2, item_price: 29.95 }]
});
assertApi('gtmOnSuccess').wasCalled();

//// The id that the browser gave wins over the order's, and a field over both
event = { event_name: 'purchase', transaction_id: '17', event_id: 'e-1' };
runCode(fields);
assertThat(theEvent().event_id).isEqualTo('e-1');
runCode(withFields({ eventId: 'mine' }));
assertThat(sent[1].body.data[0].event_id).isEqualTo('mine');

//// The prefix of the source stands before the order
event = { event_name: 'purchase', transaction_id: '17' };
runCode(withFields({ orderPrefix: 'eu-' }));
assertThat(theEvent().event_id).isEqualTo('purchase:eu-17');
assertThat(theEvent().custom_data.order_id).isEqualTo('eu-17');

//// Without an id and an order there is none
event = { event_name: 'generate_lead' };
runCode(fields);
assertThat(theEvent().event_name).isEqualTo('Lead');
assertThat(theEvent().event_id).isUndefined();

//// What is meant for Meta alone wins
event = {
  event_name: 'view_item',
  value: 5,
  'x-fb-cd-value': '6.5',
  'x-fb-cd-content_name': 'Mug',
  'x-fb-ud-em': 'ANN@example.com ',
  'x-fb-ck-fbp': 'fb.1.1772400000000.42',
  user_data: { email_address: 'bob@example.com' }
};
runCode(fields);
assertThat(theEvent().custom_data).isEqualTo({ value: 6.5, content_name: 'Mug' });
assertThat(theEvent().user_data.em).isEqualTo([
  '71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476'
]);
assertThat(theEvent().user_data.fbp).isEqualTo('fb.1.1772400000000.42');

//// Hashed: normalised first; what is hashed stays; clear ids stay clear
event = {
  event_name: 'sign_up',
  user_id: 'C-4',
  lead_id: '123456789012345',
  user_data: {
    email_address: ['973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b'],
    phone_number: '0151 1234567',
    address: [{ first_name: ' Ann-Lena ', postal_code: 'SW1A 1AA', country: 'UK' }]
  }
};
runCode(withFields({ callingCode: '49' }));
const hashedPerson = theEvent().user_data;
assertThat(hashedPerson.em).isEqualTo([event.user_data.email_address[0]]);
['ph', 'fn', 'zp', 'country', 'external_id'].forEach((key) => {
  assertThat(hashedPerson[key]).hasLength(1);
  assertThat(hashedPerson[key][0]).hasLength(64);
});
assertThat(hashedPerson.lead_id).isEqualTo('123456789012345');
runCode(withFields({ hash: false }));
assertThat(sent[1].body.data[0].user_data.ph).isEqualTo('0151 1234567');

//// A click keeps its time while it is the same click
event = { event_name: 'page_view', page_location: 'https://www.shop.example/?fbclid=IwAR1' };
cookies._fbc = 'fb.1.1700000000000.IwAR1';
cookies._fbp = 'fb.1.1600000000000.42';
runCode(fields);
assertThat(theEvent().user_data.fbc).isEqualTo('fb.1.1700000000000.IwAR1');
assertThat(kept._fbc.value).isEqualTo('fb.1.1700000000000.IwAR1');
assertThat(kept._fbp.value).isEqualTo('fb.1.1600000000000.42');
assertThat(kept._fbp.options['max-age']).isEqualTo(7776000);

//// Another click is new, and a browser without an id gets one
event = { event_name: 'page_view', page_location: 'https://www.shop.example/?fbclid=IwAR2' };
cookies._fbc = 'fb.1.1700000000000.IwAR1';
runCode(fields);
assertThat(theEvent().user_data.fbc).isEqualTo('fb.1.1772463600123.IwAR2');
assertThat(kept._fbp.value.indexOf('fb.1.1772463600123.')).isEqualTo(0);

//// Cookies that are none of Meta's form are left alone
event = { event_name: 'page_view', page_location: 'https://www.shop.example/' };
cookies._fbc = 'x; y';
cookies._fbp = 'fb.one.two';
runCode(withFields({ cookies: false }));
assertThat(theEvent().user_data.fbc).isUndefined();
assertThat(theEvent().user_data.fbp).isUndefined();
assertApi('setCookie').wasNotCalled();

//// Refused: Twofold is told, no cookie is written
event = { event_name: 'page_view', 'x-ga-gcs': 'G101', page_location: 'https://shop.example/' };
runCode(fields);
assertThat(theEvent().consent).isEqualTo({ gcs: 'G101' });
assertApi('setCookie').wasNotCalled();

//// A refusal in the longer form is one, too
event = {
  event_name: 'page_view',
  'x-ga-gcd': '13p3t3t3t5',
  page_location: 'https://shop.example/'
};
runCode(fields);
assertThat(theEvent().consent).isEqualTo({ gcd: '13p3t3t3t5' });
assertApi('setCookie').wasNotCalled();

//// Refused: nothing is sent where that is wanted
event = { event_name: 'page_view', 'x-ga-gcs': 'G100' };
runCode(withFields({ consent: 'stop' }));
assertApi('sendHttpRequest').wasNotCalled();
assertApi('gtmOnSuccess').wasCalled();

//// Limited Data Use and the test code go along
event = { event_name: 'page_view' };
runCode(withFields({ ldu: true, lduCountry: 0, lduState: 0, testEventCode: 'TEST1' }));
assertThat(theEvent().data_processing_options).isEqualTo(['LDU']);
assertThat(theEvent().data_processing_options_country).isEqualTo(0);
assertThat(sent[0].body.test_event_code).isEqualTo('TEST1');

//// An answer that is no 2xx fails the tag
event = { event_name: 'page_view' };
answer = { statusCode: 401, body: '{"error":{}}' };
runCode(fields);
assertApi('gtmOnFailure').wasCalled();
assertApi('gtmOnSuccess').wasNotCalled();

//// No answer fails the tag
event = { event_name: 'page_view' };
answer = undefined;
runCode(fields);
assertApi('gtmOnFailure').wasCalled();

//// Without a token nothing is sent
event = { event_name: 'page_view' };
runCode(withFields({ token: '' }));
assertApi('sendHttpRequest').wasNotCalled();
assertApi('gtmOnFailure').wasCalled();
