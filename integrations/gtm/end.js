// How a tag ends: once, whatever comes later. Stands in front of the web tag's and the server tag's code.

const logToConsole = require('logToConsole');

let ended = false;

function succeed() {
  if (ended) return;
  ended = true;
  data.gtmOnSuccess();
}

function fail(why) {
  if (ended) return;
  ended = true;
  logToConsole('Twofold: ' + why);
  data.gtmOnFailure();
}
