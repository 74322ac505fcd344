const copyFromDataLayer = require('copyFromDataLayer');
const generateRandom = require('generateRandom');
const getTimestampMillis = require('getTimestampMillis');
const getType = require('getType');
const templateStorage = require('templateStorage');

// Longer ids end in a digest, which a page cannot make at once; the order number joins those reports.
const ID_CHARS_MAX = 200;

return saleId() || momentId();

// A sale has the id of its order, which shop and payment know as well.
function saleId() {
  if (data.random || copyFromDataLayer('event') !== 'purchase') return '';
  const ecommerce = copyFromDataLayer('ecommerce', 1);
  const ga4 = getType(ecommerce) === 'object' ? ecommerce : copyFromDataLayer('eventModel', 1);
  const id = getType(ga4) === 'object' ? purchaseId(ga4.transaction_id) : '';
  return id.length > ID_CHARS_MAX ? '' : id;
}

// The same for every tag that one event of the data layer fires, however often it is asked for.
function momentId() {
  let page = templateStorage.getItem('page');
  if (!page) {
    page = getTimestampMillis() + '.' + generateRandom(100000000, 999999999);
    templateStorage.setItem('page', page);
  }
  return page + '.' + makeString(copyFromDataLayer('gtm.uniqueEventId') || 0);
}
