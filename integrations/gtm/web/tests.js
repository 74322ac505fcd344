const JSON = require('JSON');

// What is said to the page's fbq, and what stands in the page before that.
const calls = [];
const injected = [];
const inWindow = {};
const layer = {};
const storage = {};
const listeners = [];
const denied = {};

mock('callInWindow', (path, a, b, c, d, e) => {
  calls.push([a, b, c, d, e].filter((one) => one !== undefined));
});
mock('createArgumentsQueue', (path) => {
  inWindow[path] = () => {};
  return inWindow[path];
});
mock('copyFromWindow', (path) => inWindow[path]);
mock('setInWindow', (path, value) => {
  inWindow[path] = value;
  return true;
});
mock('copyFromDataLayer', (key) => layer[key]);
mock('injectScript', (url, onSuccess) => {
  injected.push(url);
  onSuccess();
});
mock('isConsentGranted', (type) => !denied[type]);
mock('addConsentListener', (type, listener) => {
  listeners.push(listener);
});
mockObject('templateStorage', {
  getItem: (key) => storage[key],
  setItem: (key, value) => {
    storage[key] = value;
  }
});

const fields = {
  datasetIds: '1001',
  mode: 'replace',
  eventType: 'standard',
  standardName: 'PageView',
  fromDataLayer: true,
  itemId: 'item_id',
  consent: 'google'
};

const withFields = (more) => {
  const all = JSON.parse(JSON.stringify(fields));
  for (let key in more) all[key] = more[key];
  return all;
};
const said = (method) => calls.filter((call) => call[0] === method);

//// A page view names the dataset, is reported and loads the script once
runCode(fields);
assertThat(calls).isEqualTo([
  ['init', '1001', {}],
  ['set', 'agent', 'twofold-gtm', '1001'],
  ['trackSingle', '1001', 'PageView', {}, {}]
]);
assertThat(injected).hasLength(1);
assertThat(injected[0].indexOf('/p.js?id=1001')).isGreaterThan(0);
assertThat(inWindow.twofoldScript).isEqualTo({ mode: 'replace' });
assertApi('gtmOnSuccess').wasCalled();
assertApi('gtmOnFailure').wasNotCalled();

//// A purchase takes its products, its value and its order from the data layer
layer.ecommerce = {
  transaction_id: 'T-17',
  value: '59.90',
  currency: 'eur',
  items: [{ item_id: 'p1', quantity: 2, price: 29.95 }, { id: 'p2' }, { item_name: 'no id' }]
};
runCode(withFields({ standardName: 'Purchase' }));
assertThat(said('trackSingle')[0][3]).isEqualTo({
  value: 59.9,
  currency: 'EUR',
  order_id: 'T-17',
  content_type: 'product',
  content_ids: ['p1', 'p2'],
  contents: [
    { id: 'p1', quantity: 2, item_price: 29.95 },
    { id: 'p2', quantity: 1 }
  ]
});

//// The prefix of the source stands before the order, once
layer.ecommerce = { transaction_id: '17' };
runCode(withFields({ standardName: 'Purchase', orderPrefix: 'eu-' }));
layer.ecommerce = { transaction_id: 'eu-17' };
runCode(withFields({ standardName: 'Purchase', orderPrefix: 'eu-' }));
assertThat(said('trackSingle').map((call) => call[3].order_id)).isEqualTo(['eu-17', 'eu-17']);

//// An event that is no event of a shop takes nothing of an older push
layer.ecommerce = { value: 5, currency: 'EUR' };
runCode(withFields({ standardName: 'Lead' }));
assertThat(said('trackSingle')[0][3]).isEqualTo({});

//// Parameters of the table win over the variable, and the variable over the data layer
layer.ecommerce = { value: 5, currency: 'EUR' };
runCode(
  withFields({
    standardName: 'AddToCart',
    parameterObject: { value: 6, content_name: 'Mug' },
    parameterTable: [
      { name: 'value', value: '7.50' },
      { name: 'content_ids', value: 'a, b' }
    ]
  })
);
assertThat(said('trackSingle')[0][3]).isEqualTo({
  value: 7.5,
  currency: 'EUR',
  content_name: 'Mug',
  content_ids: ['a', 'b']
});

//// The data layer's own names become Meta's, others stay
[
  ['add_to_cart', 'AddToCart'],
  ['gtm.js', 'PageView'],
  ['quiz_done', 'quiz_done']
].forEach((pair) => {
  layer.event = pair[0];
  runCode(withFields({ eventType: 'ga4' }));
  assertThat(calls[calls.length - 1][2]).isEqualTo(pair[1]);
});

//// A custom event keeps its name and the event id of the variable
runCode(withFields({ eventType: 'custom', customName: 'Quiz', eventId: 'e-1' }));
assertThat(calls[2]).isEqualTo(['trackSingleCustom', '1001', 'Quiz', {}, { eventID: 'e-1' }]);

//// Every dataset gets the event
runCode(withFields({ datasetIds: '1001, 2002' }));
assertThat(said('init').map((call) => call[1])).isEqualTo(['1001', '2002']);
assertThat(said('trackSingle').map((call) => call[1])).isEqualTo(['1001', '2002']);
assertThat(injected[0].indexOf('id=1001%2C2002')).isGreaterThan(0);

//// The second tag of a page names no dataset again, and adds what it knows of the person
runCode(withFields({ userTable: [{ name: 'em', value: 'ann@example.com' }] }));
layer.user_data = { phone_number: '+491511234567', address: [{ first_name: 'Ann' }] };
runCode(withFields({ standardName: 'Lead', userFromDataLayer: true }));
assertThat(said('init')).isEqualTo([['init', '1001', { em: 'ann@example.com' }]]);
assertThat(calls[3]).isEqualTo([
  'set',
  'userData',
  { em: 'ann@example.com', ph: '+491511234567', fn: 'Ann' },
  '1001'
]);

//// A digest of user_data is taken where it is one, and not where it is base64
layer.user_data = {
  sha256_email_address: '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b',
  sha256_phone_number: 'eZR1U3lZz0kY9pV0bK8v1Q=='
};
runCode(withFields({ userFromDataLayer: true }));
assertThat(said('init')[0][2]).isEqualTo({ em: layer.user_data.sha256_email_address });

//// Without consent it is revoked before anything else is said, and granted when the visitor agrees
denied.ad_storage = true;
runCode(fields);
assertThat(calls[0]).isEqualTo(['consent', 'revoke']);
assertThat(said('consent')).hasLength(1);
assertThat(injected).hasLength(1);
assertApi('gtmOnSuccess').wasCalled();
denied.ad_storage = false;
listeners[0]('ad_storage', true);
assertThat(said('consent')).isEqualTo([
  ['consent', 'revoke'],
  ['consent', 'grant']
]);

//// Consent that is taken back revokes; a second tag says nothing twice and listens once
runCode(fields);
denied.ad_storage = true;
listeners[0]('ad_storage', false);
runCode(fields);
assertThat(said('consent')).isEqualTo([['consent', 'revoke']]);
assertThat(listeners).hasLength(1);

//// Granted from the start, nothing is said: a type that nobody set counts as granted
runCode(fields);
assertThat(said('consent')).hasLength(0);
assertThat(said('set')).hasLength(1);

//// What the other types refuse travels along, and what becomes of it
denied.ad_personalization = true;
runCode(fields);
assertThat(calls[0]).isEqualTo([
  'set',
  'consent',
  { consent_mode: { ad_personalization: 'denied' } }
]);
denied.ad_personalization = false;
runCode(fields);
assertThat(said('set')[2]).isEqualTo([
  'set',
  'consent',
  { consent_mode: { ad_personalization: 'granted' } }
]);

//// Where the page asks, the tag says nothing of consent
denied.ad_storage = true;
runCode(withFields({ consent: 'page' }));
assertThat(said('consent')).hasLength(0);
assertApi('addConsentListener').wasNotCalled();

//// Limited Data Use goes before the event
runCode(withFields({ ldu: true, lduCountry: '1', lduState: 1000 }));
assertThat(calls[0]).isEqualTo(['dataProcessingOptions', ['LDU'], 1, 1000]);

//// Page views by triggers switch off those of the script
runCode(withFields({ ownPageViews: true }));
assertThat(inWindow['fbq.disablePushState']).isTrue();
assertThat(inWindow['fbq.allowDuplicatePageViews']).isTrue();

//// Beside Meta's pixel it loads the script and says nothing itself
runCode(withFields({ mode: 'companion', metaPixelId: ' 77 ' }));
assertThat(inWindow.twofoldScript).isEqualTo({ mode: 'companion', pixel: '77' });
assertThat(calls).hasLength(0);
assertThat(injected).hasLength(1);
assertApi('gtmOnSuccess').wasCalled();

//// Beside Meta's pixel it is not there before consent, and holds up no other tag
denied.ad_storage = true;
runCode(withFields({ mode: 'companion' }));
assertThat(injected).hasLength(0);
assertApi('gtmOnSuccess').wasCalled();
listeners[0]('ad_storage', true);
assertThat(injected).hasLength(1);

//// Beside Meta's pixel the scripts of two tags wait, each once
denied.ad_storage = true;
['1', '2', '1'].forEach((id) => runCode(withFields({ mode: 'companion', datasetIds: id })));
listeners.forEach((listener) => listener('ad_storage', true));
assertThat(injected.map((url) => url.split('?')[1])).isEqualTo(['id=1', 'id=2']);

//// A script that loads ends the tag as done, whatever is told after that
mock('injectScript', (url, onSuccess, onFailure) => {
  onSuccess();
  onSuccess();
  onFailure();
});
runCode(fields);
assertApi('gtmOnSuccess').wasCalled();
assertApi('gtmOnFailure').wasNotCalled();

//// A script that is blocked fails the tag, once
mock('injectScript', (url, onSuccess, onFailure) => {
  onFailure();
  onFailure();
});
runCode(fields);
assertApi('gtmOnFailure').wasCalled();
assertApi('gtmOnSuccess').wasNotCalled();

//// Without a dataset id it fails and loads nothing
runCode(withFields({ datasetIds: 'x' }));
assertThat(injected).hasLength(0);
assertApi('gtmOnFailure').wasCalled();
