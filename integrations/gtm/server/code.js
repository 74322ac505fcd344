const computeEffectiveTldPlusOne = require('computeEffectiveTldPlusOne');
const generateRandom = require('generateRandom');
const getAllEventData = require('getAllEventData');
const getCookieValues = require('getCookieValues');
const getTimestampMillis = require('getTimestampMillis');
const JSON = require('JSON');
const makeTableMap = require('makeTableMap');
const Math = require('Math');
const parseUrl = require('parseUrl');
const sendHttpRequest = require('sendHttpRequest');
const setCookie = require('setCookie');
const sha256Sync = require('sha256Sync');

const ORIGIN = __ENDPOINT__;
const VERSION = '/v25.0/';
const TIMEOUT_MS = 10000;

const COOKIE_AGE_S = 7776000;
const COOKIE_ID = '^fb\\.[0-9]+\\.[0-9]+\\.[^.\\s;,"]+(\\.[A-Za-z0-9_-]+)?$';
const CLICK_CHARS_MAX = 500;

const ID_CHARS_MAX = 200;
const READABLE_CHARS = 100;

// Those that Meta wants hashed.
const HASHED = ['em', 'ph', 'fn', 'ln', 'ge', 'db', 'ct', 'st', 'zp', 'country', 'external_id'];
const EMAIL = '^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$';
const NOT_IN_EMAIL = '["(),:;<>\\[\\]\\\\]';
// Of national phone numbers: the trunk prefix where it is not 0, and how many digits follow it.
const TRUNKS = { 7: ['8', 10], 36: ['06', 8], 375: ['80', 9] };
const KEEPS_ZERO = ['39', '225', '229', '241', '242'];
const WITH_CODE_MIN = { 1: 11, 7: 11, 39: 11, 55: 12, 91: 12 };
// Those that stay as they are.
const CLEAR = ['subscription_id', 'lead_id', 'fb_login_id', 'madid', 'anon_id'];

const eventData = getAllEventData() || {};

run();

function run() {
  const datasetId = makeString(data.datasetId).trim();
  const name = eventName();
  if (!datasetId.match('^[1-9][0-9]*$')) return fail('no dataset id');
  if (!isSomething(data.token)) return fail('no token');
  if (!name) return fail('the event has no name');
  if (data.consent === 'stop' && isRefused()) return succeed();
  send(datasetId, { data: [eventOf(name)], partner_agent: 'twofold-gtm' });
}

// Only an answer of 2xx means that it is stored.
function send(datasetId, body) {
  const code = isSomething(data.testEventCode) ? data.testEventCode : eventData.test_event_code;
  if (isSomething(code)) body.test_event_code = makeString(code);
  const options = {
    method: 'POST',
    timeout: TIMEOUT_MS,
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer ' + makeString(data.token).trim()
    }
  };
  sendHttpRequest(ORIGIN + VERSION + datasetId + '/events', options, JSON.stringify(body)).then(
    (answer) => {
      if (answer.statusCode >= 200 && answer.statusCode < 300) return succeed();
      fail('answer ' + answer.statusCode + ' ' + makeString(answer.body || '').slice(0, 500));
    },
    (failure) => fail('no answer from ' + ORIGIN + ' (' + reasonOf(failure) + ')')
  );
}

function reasonOf(failure) {
  return makeString(isObject(failure) ? failure.reason : failure);
}

function eventName() {
  if (data.eventType === 'custom') return nameIn(data.customName);
  if (data.eventType === 'standard') return nameIn(data.standardName);
  const said = nameIn(eventData.event_name);
  return META_NAMES[said] || said;
}

function eventOf(name) {
  const customData = customOf();
  const event = {
    event_name: name,
    event_time: secondsOf(eventData.event_time),
    event_id: idOf(name, customData.order_id),
    action_source: data.actionSource || 'website',
    event_source_url: eventData.page_location,
    referrer_url: eventData.page_referrer,
    user_data: userDataOf(),
    custom_data: customData,
    consent: data.consent === 'stop' ? undefined : consentOf()
  };
  if (data.ldu) {
    event.data_processing_options = ['LDU'];
    event.data_processing_options_country = numberOf(data.lduCountry) || 0;
    event.data_processing_options_state = numberOf(data.lduState) || 0;
  }
  return merge({}, event);
}

// Seconds, or milliseconds as some clients write them; else now.
function secondsOf(time) {
  const number = numberOf(time);
  if (getType(number) !== 'number' || number <= 0) return Math.floor(getTimestampMillis() / 1000);
  return Math.floor(number > 100000000000 ? number / 1000 : number);
}

// As the web tag: the id that was given, else that of the order.
function idOf(name, order) {
  if (isSomething(data.eventId)) return makeString(data.eventId);
  if (isSomething(eventData.event_id)) return makeString(eventData.event_id);
  if (isSomething(eventData.unique_event_id)) return makeString(eventData.unique_event_id);
  const id = name === 'Purchase' && isSomething(order) ? purchaseId(order) : '';
  return id.length > ID_CHARS_MAX ? id.slice(0, READABLE_CHARS) + '=' + digest(id) : id;
}

// What is meant for Meta alone (x-fb-cd-...) wins over what is meant for everybody.
function customOf() {
  const customData = customDataOf(eventData, data.itemId);
  if (isSomething(eventData.search_term)) customData.search_string = eventData.search_term;
  merge(customData, withPrefix('x-fb-cd-'));
  if (data.parameterTable) merge(customData, makeTableMap(data.parameterTable, 'name', 'value'));
  return typed(customData);
}

function withPrefix(prefix) {
  const found = {};
  for (let key in eventData) {
    if (key.indexOf(prefix) === 0) found[key.slice(prefix.length)] = eventData[key];
  }
  return found;
}

function userDataOf() {
  const userData = personOf(eventData.user_data);
  if (isSomething(eventData.user_id)) userData.external_id = eventData.user_id;
  merge(userData, withPrefix('x-fb-ud-'));
  if (data.userTable) merge(userData, makeTableMap(data.userTable, 'name', 'value'));
  const result = data.hash ? hashedOf(userData) : merge({}, userData);
  CLEAR.forEach((key) => {
    if (isSomething(eventData[key]) && !isSomething(result[key])) result[key] = eventData[key];
  });
  return merge(result, {
    client_ip_address: eventData.ip_override,
    client_user_agent: eventData.user_agent,
    fbp: browserId(),
    fbc: clickId()
  });
}

// Google's consent mode, in its two forms.
function consentOf() {
  const gcs = nameIn(eventData['x-ga-gcs']);
  const gcd = nameIn(eventData['x-ga-gcd']);
  if (!gcs && !gcd) return undefined;
  return gcs ? merge({ gcs: gcs }, { gcd: gcd }) : { gcd: gcd };
}

// Of ad_storage: the first digit after G1, and the first letter of the longer form.
function isRefused() {
  const inShort = nameIn(eventData['x-ga-gcs']).charAt(2) === '0';
  return inShort || !!nameIn(eventData['x-ga-gcd']).match('^1[0-9][pqmu]');
}

function browserId() {
  const known = cookieId('fbp');
  if (known) return keep('_fbp', known);
  if (!mayKeep()) return undefined;
  const random = makeString(generateRandom(0, 999999998)) + generateRandom(0, 999999998);
  return keep('_fbp', idStart() + random);
}

// The same click keeps the time it happened; another one is new.
function clickId() {
  const known = cookieId('fbc');
  const clicked = clickInUrl();
  if (!clicked || (known && known.split('.')[3] === clicked)) return known && keep('_fbc', known);
  return keep('_fbc', idStart() + clicked);
}

function clickInUrl() {
  const url = isSomething(eventData.page_location) && parseUrl(eventData.page_location);
  const click = url && url.searchParams ? url.searchParams.fbclid : undefined;
  const text = getType(click) === 'array' ? click[0] : click;
  if (getType(text) !== 'string' || text.length > CLICK_CHARS_MAX) return undefined;
  return text.match('^[A-Za-z0-9_.~-]+$') ? text.split('.').join('__DOT__') : undefined;
}

// What the page knows comes before the cookies of this request: it is newer.
function cookieId(name) {
  const values = [eventData['x-fb-ck-' + name], eventData['_' + name]].concat(
    getCookieValues('_' + name) || []
  );
  return values.filter((value) => isSomething(value) && makeString(value).match(COOKIE_ID))[0];
}

// fb, then the dots in the domain that the cookie is written for, then the moment.
function idStart() {
  const site = computeEffectiveTldPlusOne(eventData.page_location || '') || '';
  const dots = site ? site.split('.').length - 1 : 1;
  return 'fb.' + dots + '.' + getTimestampMillis() + '.';
}

function mayKeep() {
  return !!data.cookies && !isRefused();
}

// Written again with every event, so that it lasts as long as the visitor comes back.
function keep(name, value) {
  if (mayKeep()) {
    setCookie(name, value, {
      domain: 'auto',
      path: '/',
      samesite: 'Lax',
      secure: true,
      'max-age': COOKIE_AGE_S
    });
  }
  return value;
}

function digest(text) {
  return sha256Sync(text, { outputEncoding: 'hex' });
}

function hashedOf(userData) {
  const result = {};
  for (let key in userData) {
    const value = userData[key];
    const values = getType(value) === 'array' ? value : [value];
    const hashes = values.map((one) => hashOf(key, one)).filter((hash) => hash);
    if (HASHED.indexOf(key) === -1) result[key] = value;
    else if (hashes.length) result[key] = hashes;
  }
  return result;
}

function hashOf(key, value) {
  if (!isSomething(value)) return undefined;
  if (isHash(value)) return makeString(value).trim().toLowerCase();
  const form = formOf(key, makeString(value).trim().toLowerCase());
  return form ? digest(form) : undefined;
}

// The text that is hashed: the same as the pixel makes of it, as far as it can be said without tables.
function formOf(key, text) {
  if (key === 'em') return text.match(EMAIL) && !text.match(NOT_IN_EMAIL) ? text : '';
  if (key === 'ph') return phoneOf(text);
  if (key === 'fn' || key === 'ln') return without(text, '[!-/:-@[-`{-~]').trim();
  if (key === 'ct' || key === 'st') return without(text, '[^a-z\\u0080-\\uffff]');
  if (key === 'zp') return postcodeOf(without(text.split('-')[0], '\\s'));
  if (key === 'country') return text === 'uk' ? 'gb' : without(text, '[^a-z]');
  if (key === 'db') return dateOf(text);
  return text;
}

function without(text, unwanted) {
  return text
    .split('')
    .filter((character) => !character.match(unwanted))
    .join('');
}

function phoneOf(text) {
  const code = without(makeString(data.callingCode || ''), '[^0-9]');
  const digits = without(text, '[^0-9]');
  const isInternational = text.match('^[^0-9]*[+\uff0b]') || digits.slice(0, 2) === '00';
  let number = isInternational ? without(text.replace('(0)', ''), '[^0-9]') : digits;
  if (!isInternational && code) number = completed(digits, code);
  number = withoutZeros(number);
  return number.length >= 7 && number.length <= 16 ? number : '';
}

// A number that shows no country code. As src/event/normalise-phone.ts, which says why.
function completed(digits, code) {
  if (code === '1' && digits.indexOf('011') === 0) return digits.slice(3);
  const trunk = TRUNKS[code] || ['0', 0];
  if (digits.indexOf(trunk[0]) === 0 && digits.length >= trunk[0].length + trunk[1]) {
    const rest = digits.slice(trunk[0].length);
    return code + (KEEPS_ZERO.indexOf(code) === -1 ? withoutZeros(rest) : digits);
  }
  const isWhole = digits.indexOf(code) === 0 && digits.length >= (WITH_CODE_MIN[code] || 10);
  return isWhole ? digits : code + withoutZeros(digits);
}

function withoutZeros(digits) {
  let rest = digits;
  while (rest.charAt(0) === '0') rest = rest.slice(1);
  return rest;
}

function postcodeOf(text) {
  if (text.length < 2) return '';
  return text.match('^[0-9]{9}$') ? text.slice(0, 5) : text;
}

// Eight digits as they are; else three numbers, told apart by their size: over 31 is the year, over 12
// the day, and what stays open is month before day.
function dateOf(text) {
  if (text.match('^[0-9]{8}$')) return text;
  const separated = text.split('').map((one) => (one.match('[0-9]') ? one : ' '));
  const numbers = separated
    .join('')
    .split(' ')
    .filter((one) => one)
    .map((one) => makeNumber(one));
  if (numbers.length < 3) return '';
  const isYearFirst = numbers[0] > 31;
  const year = isYearFirst ? numbers[0] : numbers[2];
  const first = isYearFirst ? numbers[1] : numbers[0];
  const second = isYearFirst ? numbers[2] : numbers[1];
  const month = first > 12 ? second : first;
  const day = first > 12 ? first : second;
  const isDate = year >= 1800 && year <= 2100 && month > 0 && month < 13 && day > 0 && day < 32;
  return isDate ? makeString(year * 10000 + month * 100 + day) : '';
}
