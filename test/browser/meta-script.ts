/**
 * A stand-in for Meta's own script in the page: the commands, the transports and the event ids that
 * were observed of it (image below 2048 characters, else a form into a hidden frame; the side
 * channel by fetch with credentials, tried twice at most). A test tool, not a copy of the script.
 */

/** Runs in the page where Meta's script would load. */
export const META_SCRIPT = `(function () {
  var fbq = window.fbq, pixels = [], endpoint = 'https://www.facebook.com/tr/', bridges = {}
  function hex() {
    var bytes = crypto.getRandomValues(new Uint8Array(32))
    return Array.from(bytes, function (one) { return (one + 256).toString(16).slice(1) }).join('')
  }
  function cookie(name) {
    var found = new RegExp('(?:^|; )' + name + '=([^;]*)').exec(document.cookie)
    return found ? found[1] : ''
  }
  function encoded(pairs) {
    return pairs.map(function (pair) {
      return pair[0] + '=' + encodeURIComponent(pair[1])
    }).join('&')
  }
  function form(pairs) {
    var name = 'fb' + Math.random(), frame = document.createElement('iframe')
    frame.name = name
    frame.style.display = 'none'
    var sender = document.createElement('form')
    sender.method = 'post'
    sender.action = endpoint
    sender.target = name
    sender.acceptCharset = 'utf-8'
    sender.style.display = 'none'
    pairs.concat([['rqm', 'formPOST']]).forEach(function (pair) {
      var input = document.createElement('input')
      input.name = pair[0]
      input.value = pair[1]
      sender.appendChild(input)
    })
    document.body.appendChild(frame)
    document.body.appendChild(sender)
    sender.submit()
  }
  function bridge(url, body, attempt) {
    fetch(url + '/events?cee=no', {
      method: 'POST',
      keepalive: true,
      credentials: 'include',
      headers: {'Content-Type': 'text/plain'},
      body: JSON.stringify(body),
    }).then(function (response) {
      if (!response.ok && attempt < 2) bridge(url, body, attempt + 1)
    }, function () { if (attempt < 2) bridge(url, body, attempt + 1) })
  }
  function track(pixel, name, data, extra) {
    var url = bridges[pixel.id]
    var id = (extra && (extra.eventID || extra.event_id)) || (url && 'ob3_plugin-set_' + hex())
    var pairs = [['id', pixel.id], ['ev', name], ['dl', location.href], ['rl', document.referrer],
      ['if', 'false'], ['ts', String(Date.now())]]
    Object.keys(data || {}).forEach(function (key) {
      var value = data[key]
      pairs.push(['cd[' + key + ']', typeof value === 'object' ? JSON.stringify(value) : String(value)])
    })
    pairs.push(['sw', '1280'], ['sh', '720'])
    Object.keys(pixel.matching).forEach(function (key) {
      pairs.push(['ud[' + key + ']', pixel.matching[key]])
    })
    pairs.push(['v', '2.9.252'], ['r', 'stable'], ['ec', String(pixel.count++)], ['o', '4126'])
    if (cookie('_fbp')) pairs.push(['fbp', cookie('_fbp')])
    if (id) pairs.push(['eid', id])
    if (url) pairs.push(['cf', '1'])
    var query = encoded(pairs)
    if ((endpoint + '?' + query).length < 2048) new Image().src = endpoint + '?' + query + '&rqm=GET'
    else form(pairs)
    if (url) {
      bridge(url, {
        event_name: name,
        event_id: id,
        custom_data: data || {},
        'fb.pixel_id': pixel.id,
        'fb.advanced_matching': pixel.matching,
        'fb.fbp': cookie('_fbp') || undefined,
        website_context: {location: location.href, referrer: document.referrer, isInIFrame: false},
      }, 1)
    }
  }
  function run(args) {
    if (args[0] === 'set' && args[1] === 'endpoint') endpoint = args[2]
    if (args[0] === 'set' && args[1] === 'openbridge') bridges[args[2]] = args[3]
    if (args[0] === 'init') pixels.push({id: args[1], matching: args[2] || {}, count: 0})
    if (args[0] === 'track') {
      pixels.forEach(function (pixel) { track(pixel, args[1], args[2], args[3]) })
    }
  }
  fbq.callMethod = function () { run(arguments) }
  while (fbq.queue.length) run(fbq.queue.shift())
})()`

/** Meta's base code, as sites have it. */
export const META_BASE_CODE = `!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){
n.callMethod?n.callMethod.apply(n,arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;
n.push=n;n.loaded=!0;n.version='2.0';n.queue=[];t=b.createElement(e);t.async=!0;t.src=v;
s=b.getElementsByTagName(e)[0];s.parentNode.insertBefore(t,s)}(window,document,'script',
'https://connect.facebook.net/en_US/fbevents.js');`
