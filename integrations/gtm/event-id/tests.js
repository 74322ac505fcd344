const layer = {};
const storage = {};

mock('copyFromDataLayer', (key) => layer[key]);
mockObject('templateStorage', {
  getItem: (key) => storage[key],
  setItem: (key, value) => {
    storage[key] = value;
  }
});

//// One event has one id, however often it is asked for; the next one has another
layer.event = 'add_to_cart';
layer['gtm.uniqueEventId'] = 12;
const first = runCode({});
assertThat(first).isString();
assertThat(runCode({})).isEqualTo(first);
layer['gtm.uniqueEventId'] = 15;
assertThat(runCode({})).isNotEqualTo(first);

//// Another page has other ids
layer['gtm.uniqueEventId'] = 12;
const before = runCode({});
storage.page = undefined;
assertThat(runCode({})).isNotEqualTo(before);

//// A purchase has the id of its order
layer.event = 'purchase';
layer.ecommerce = { transaction_id: ' #10 (a)* ' };
assertThat(runCode({})).isEqualTo('purchase:%2310%20%28a%29%2A');

//// The prefix of the source stands before the order
layer.event = 'purchase';
layer.ecommerce = { transaction_id: '17' };
assertThat(runCode({ orderPrefix: 'eu-' })).isEqualTo('purchase:eu-17');
layer.ecommerce = { transaction_id: 'null' };
assertThat(runCode({ orderPrefix: 'eu-' }).indexOf('purchase:')).isEqualTo(-1);

//// So has one that gtag reports
layer.event = 'purchase';
layer.eventModel = { transaction_id: 17 };
assertThat(runCode({})).isEqualTo('purchase:17');

//// A purchase without an order has an id of its own
layer.event = 'purchase';
layer['gtm.uniqueEventId'] = 3;
['undefined', '', 'NaN', undefined].forEach((order) => {
  layer.ecommerce = { transaction_id: order };
  assertThat(runCode({}).indexOf('purchase:')).isEqualTo(-1);
});

//// Every event has an id of its own where that is wanted
layer.event = 'purchase';
layer.ecommerce = { transaction_id: '17' };
assertThat(runCode({ random: true }).indexOf('purchase:')).isEqualTo(-1);
