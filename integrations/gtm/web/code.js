const addConsentListener = require('addConsentListener');
const callInWindow = require('callInWindow');
const copyFromDataLayer = require('copyFromDataLayer');
const copyFromWindow = require('copyFromWindow');
const createArgumentsQueue = require('createArgumentsQueue');
const encodeUriComponent = require('encodeUriComponent');
const injectScript = require('injectScript');
const isConsentGranted = require('isConsentGranted');
const JSON = require('JSON');
const makeTableMap = require('makeTableMap');
const setInWindow = require('setInWindow');
const templateStorage = require('templateStorage');

const ORIGIN = __ENDPOINT__;

// The one that opens and closes the gate; what the others refuse travels with the events.
const GATE = 'ad_storage';
const OTHERS = ['ad_user_data', 'ad_personalization', 'analytics_storage'];

run();

function run() {
  const ids = datasetIds();
  if (!ids.length) return fail('no dataset id');
  if (data.mode === 'companion') return accompany(ids);
  const name = eventName();
  if (!name) return fail('no event name');
  describeScript({ mode: 'replace' });
  openQueue();
  if (data.consent !== 'page') askConsent();
  if (data.ldu) {
    const places = [data.lduCountry, data.lduState].map((place) => numberOf(place) || 0);
    callInWindow('fbq', 'dataProcessingOptions', ['LDU'], places[0], places[1]);
  }
  report(ids, name);
  load(ids);
}

function datasetIds() {
  return makeString(isSomething(data.datasetIds) ? data.datasetIds : '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id.match('^[1-9][0-9]*$'));
}

// A script that a tag manager adds has no attributes of its own: these stand for them.
function describeScript(attributes) {
  if (isSomething(data.testEventCode)) {
    attributes.testEventCode = makeString(data.testEventCode);
  }
  setInWindow('twofoldScript', attributes, false);
}

// One request a page, however many tags fire.
function load(ids) {
  const url = ORIGIN + '/p.js?id=' + encodeUriComponent(ids.join(','));
  injectScript(url, succeed, () => fail('the script did not load from ' + ORIGIN), url);
}

// Meta's own script reports; ours gives its events an id and reports them as well. Without consent it
// is not there at all: Meta's tag, too, should wait then.
function accompany(ids) {
  const attributes = { mode: 'companion' };
  if (isSomething(data.metaPixelId)) attributes.pixel = makeString(data.metaPixelId).trim();
  describeScript(attributes);
  if (data.consent === 'page' || isConsentGranted(GATE)) return load(ids);
  // Each dataset's script waits once, however many tags and events ask for it.
  const waits = 'waits ' + ids.join(',');
  if (!templateStorage.getItem(waits)) {
    templateStorage.setItem(waits, true);
    addConsentListener(GATE, (type, granted) => {
      if (granted) load(ids);
    });
  }
  // Nothing is left to be done for now, and a tag that waits would hold up those in line behind it.
  succeed();
}

// The usual stub, where nobody has made one: calls wait in it for the script.
function openQueue() {
  if (!copyFromWindow('fbq')) createArgumentsQueue('fbq', 'fbq.queue');
  if (data.ownPageViews) {
    setInWindow('fbq.disablePushState', true, true);
    setInWindow('fbq.allowDuplicatePageViews', true, true);
  }
}

// Refused: the script loads, and sends and stores nothing until the visitor agrees. What happened
// meanwhile keeps its moment and its address.
function askConsent() {
  tellConsent(isConsentGranted(GATE));
  passOn();
  if (templateStorage.getItem('listens')) return;
  templateStorage.setItem('listens', true);
  addConsentListener(GATE, (type, granted) => {
    passOn();
    tellConsent(granted);
  });
}

// "grant" is said after a refusal only: a type that nobody has set counts as granted here, and that
// is no answer of the visitor's.
function tellConsent(granted) {
  const refused = !!templateStorage.getItem('refused');
  if (granted === !refused) return;
  templateStorage.setItem('refused', !granted);
  callInWindow('fbq', 'consent', granted ? 'grant' : 'revoke');
}

function passOn() {
  const said = templateStorage.getItem('said') || {};
  let changed = false;
  OTHERS.forEach((type) => {
    const word = isConsentGranted(type) ? 'granted' : 'denied';
    if (word === (said[type] || 'granted')) return;
    said[type] = word;
    changed = true;
  });
  if (!changed) return;
  templateStorage.setItem('said', said);
  callInWindow('fbq', 'set', 'consent', { consent_mode: merge({}, said) });
}

function report(ids, name) {
  const person = matching();
  const hasPerson = JSON.stringify(person) !== '{}';
  const customData = parameters(name);
  const options = isSomething(data.eventId) ? { eventID: makeString(data.eventId) } : {};
  const known = templateStorage.getItem('datasets') || {};
  ids.forEach((id) => {
    // The second tag of a page finds its dataset there and only adds what it knows of the person.
    if (!known[id]) {
      callInWindow('fbq', 'init', id, person);
      callInWindow('fbq', 'set', 'agent', 'twofold-gtm', id);
    } else if (hasPerson) {
      callInWindow('fbq', 'set', 'userData', merge(merge({}, known[id]), person), id);
    }
    known[id] = merge(known[id] || {}, person);
    const method = data.eventType === 'custom' ? 'trackSingleCustom' : 'trackSingle';
    callInWindow('fbq', method, id, name, customData, options);
  });
  templateStorage.setItem('datasets', known);
}

function eventName() {
  if (data.eventType === 'custom') return nameIn(data.customName);
  if (data.eventType !== 'ga4') return nameIn(data.standardName) || 'PageView';
  const said = nameIn(copyFromDataLayer('event'));
  return META_NAMES[said] || said;
}

function matching() {
  const person = data.userFromDataLayer ? personOf(copyFromDataLayer('user_data')) : {};
  merge(person, personOf(data.userObject));
  if (data.userTable) merge(person, makeTableMap(data.userTable, 'name', 'value'));
  return person;
}

function parameters(name) {
  const customData = data.fromDataLayer ? fromDataLayer(name) : {};
  merge(customData, data.parameterObject);
  if (data.parameterTable) merge(customData, makeTableMap(data.parameterTable, 'name', 'value'));
  return typed(customData);
}

// Version 1 of the data layer is the last ecommerce object pushed, as it was pushed: version 2 would
// mix the products of two pushes. gtag('event', ...) leaves the same in eventModel.
function fromDataLayer(name) {
  if (name === 'Search') return merge({}, { search_string: copyFromDataLayer('search_term') });
  if (COMMERCE.indexOf(name) === -1) return {};
  const ecommerce = copyFromDataLayer('ecommerce', 1);
  const ga4 = isObject(ecommerce) ? ecommerce : copyFromDataLayer('eventModel', 1);
  return isObject(ga4) ? customDataOf(ga4, data.itemId) : {};
}
