// The number of an order as the sources in Twofold know it. Stands in front of all templates' code.

const makeString = require('makeString');

const NO_ORDER = ['', 'undefined', 'null', 'nan'];

// An empty text where there is no order: an id made of nothing would be the same for every order.
function orderOf(value) {
  const order = makeString(value).trim();
  const lower = order.toLowerCase();
  if (NO_ORDER.indexOf(lower) !== -1 || lower.indexOf('[object ') === 0) return '';
  const prefix = data.orderPrefix ? makeString(data.orderPrefix).trim() : '';
  return order.indexOf(prefix) === 0 ? order : prefix + order;
}
