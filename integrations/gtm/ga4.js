// What GA4 calls things, in Meta's words. Stands in front of the web tag's and the server tag's code.

const getType = require('getType');
const makeNumber = require('makeNumber');

const META_NAMES = {
  page_view: 'PageView',
  'gtm.init': 'PageView',
  'gtm.js': 'PageView',
  'gtm.dom': 'PageView',
  'gtm.load': 'PageView',
  'gtm.historyChange': 'PageView',
  view_item: 'ViewContent',
  search: 'Search',
  view_search_results: 'Search',
  add_to_cart: 'AddToCart',
  add_to_wishlist: 'AddToWishlist',
  begin_checkout: 'InitiateCheckout',
  add_payment_info: 'AddPaymentInfo',
  purchase: 'Purchase',
  generate_lead: 'Lead',
  sign_up: 'CompleteRegistration'
};

const COMMERCE = [
  'ViewContent',
  'AddToCart',
  'AddToWishlist',
  'InitiateCheckout',
  'AddPaymentInfo',
  'Purchase'
];

// Of user_data and of its address: Meta's key, then the names it goes by. The first one that is there counts.
const PERSON = [
  ['em', 'em', 'email_address', 'email', 'sha256_email_address'],
  ['ph', 'ph', 'phone_number', 'phone', 'sha256_phone_number'],
  ['fn', 'fn', 'first_name', 'sha256_first_name'],
  ['ln', 'ln', 'last_name', 'sha256_last_name'],
  ['ct', 'ct', 'city'],
  ['st', 'st', 'region', 'state'],
  ['zp', 'zp', 'postal_code', 'zip'],
  ['country', 'country'],
  ['ge', 'ge', 'gender'],
  ['db', 'db', 'date_of_birth'],
  ['external_id', 'external_id', 'user_id']
];

const NUMBERS = ['value', 'predicted_ltv', 'num_items'];

function isSomething(value) {
  const type = getType(value);
  return type !== 'undefined' && type !== 'null' && value !== '' && value === value;
}

// A text without spaces around it; an empty one where there is none.
function nameIn(value) {
  return isSomething(value) ? makeString(value).trim() : '';
}

function isObject(value) {
  return getType(value) === 'object';
}

function merge(target, source) {
  if (!isObject(source)) return target;
  for (let key in source) {
    if (isSomething(source[key])) target[key] = source[key];
  }
  return target;
}

// A number where the value is one, however it is written; otherwise as it came, for the server to say so.
function numberOf(value) {
  if (!isSomething(value) || makeString(value).trim() === '') return undefined;
  // Lists and words of truth are numbers to a machine: 0 and 1, which nobody said.
  if (getType(value) !== 'number' && getType(value) !== 'string') return value;
  const number = makeNumber(value);
  return number === number ? number : value;
}

function isHash(value) {
  return !!makeString(value).trim().match('^[0-9a-fA-F]{64}$');
}

// "sha256_..." may also be base64, which nobody could tell from a name: that is left out.
function hashesOf(value) {
  if (getType(value) !== 'array') return isHash(value) ? value : undefined;
  const hashes = value.filter(isHash);
  return hashes.length ? hashes : undefined;
}

function personValue(place, name) {
  if (!isObject(place)) return undefined;
  const value = place[name];
  if (name.indexOf('sha256_') === 0) return hashesOf(value);
  return isSomething(value) ? value : undefined;
}

function personOf(userData) {
  const person = {};
  if (!isObject(userData)) return person;
  const address = getType(userData.address) === 'array' ? userData.address[0] : userData.address;
  PERSON.forEach((names) => {
    names.slice(1).forEach((name) => {
      if (isSomething(person[names[0]])) return;
      const own = personValue(userData, name);
      person[names[0]] = isSomething(own) ? own : personValue(address, name);
    });
  });
  return merge({}, person);
}

// GA4 takes a quantity that is not said for one.
function contentsOf(items, idName) {
  if (getType(items) !== 'array') return [];
  const named = items.filter((item) => isObject(item) && isSomething(idIn(item, idName)));
  return named.map((item) => {
    const content = {
      id: makeString(idIn(item, idName)),
      quantity: isSomething(item.quantity) ? numberOf(item.quantity) : 1
    };
    if (isSomething(item.price)) content.item_price = numberOf(item.price);
    return content;
  });
}

function idIn(item, idName) {
  if (idName && isSomething(item[idName])) return item[idName];
  return isSomething(item.item_id) ? item.item_id : item.id;
}

// From a GA4 event: value, currency, order and products. Nothing is added up and nothing is guessed.
function customDataOf(ga4, idName) {
  const contents = contentsOf(ga4.items, idName);
  const found = {
    value: numberOf(ga4.value),
    currency: isSomething(ga4.currency) ? makeString(ga4.currency).toUpperCase() : undefined,
    order_id: isSomething(ga4.transaction_id) ? makeString(ga4.transaction_id) : undefined
  };
  if (contents.length) {
    found.content_type = 'product';
    found.content_ids = contents.map((content) => content.id);
    found.contents = contents;
  }
  return merge({}, found);
}

// What a table or a variable holds, in the types that Meta documents. Lists may be written with commas.
function typed(customData) {
  NUMBERS.forEach((key) => {
    if (isSomething(customData[key])) customData[key] = numberOf(customData[key]);
  });
  if (isSomething(customData.order_id)) customData.order_id = orderOf(customData.order_id);
  const ids = customData.content_ids;
  // JSON is read on arrival.
  if (getType(ids) === 'string' && ids.charAt(0) !== '[') {
    customData.content_ids = ids.split(',').map((id) => id.trim());
  }
  return customData;
}
