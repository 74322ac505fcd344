// The id of a sale that every side makes of the order number alone: see docs/event-ids.md.

const encodeUriComponent = require('encodeUriComponent');

const ESCAPED = [
  ['!', '%21'],
  ["'", '%27'],
  ['(', '%28'],
  [')', '%29'],
  ['*', '%2A']
];

function purchaseId(value) {
  const order = orderOf(value);
  let escaped = order && encodeUriComponent(order);
  if (!escaped) return '';
  ESCAPED.forEach((pair) => {
    escaped = escaped.split(pair[0]).join(pair[1]);
  });
  return 'purchase:' + escaped;
}
