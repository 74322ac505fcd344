// The id of a sale that every side makes of the order number alone: see docs/event-ids.md.

const encodeUriComponent = require('encodeUriComponent');

const NO_ORDER = ['', 'undefined', 'null', 'nan'];

const ESCAPED = [
  ['!', '%21'],
  ["'", '%27'],
  ['(', '%28'],
  [')', '%29'],
  ['*', '%2A']
];

// An empty text where there is no order: an id made of nothing would be the same for every order.
function purchaseId(order) {
  const text = makeString(order).trim();
  const lower = text.toLowerCase();
  if (NO_ORDER.indexOf(lower) !== -1 || lower.indexOf('[object ') === 0) return '';
  let escaped = encodeUriComponent(text) || '';
  ESCAPED.forEach((pair) => {
    escaped = escaped.split(pair[0]).join(pair[1]);
  });
  return escaped && 'purchase:' + escaped;
}
