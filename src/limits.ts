/**
 * Every bound of the server: name with unit, value, why, source; the contract's own bounds (ages,
 * lengths, counts of an event's parts) stand in event/bounds.ts, which the browser shares.
 * Relations between bounds are asserted when this file loads: a wrong edit stops the start.
 */

/** Meta: at most 1000 events a request (Conversions API, "Using the API"). */
export const EVENTS_PER_REQUEST_MAX = 1000
/** Events the ingest queue holds before senders get 503: about 2 s of work at full speed. */
export const QUEUE_EVENTS_MAX = 50_000
/** Bytes of request bodies the queue holds, so that large events cannot fill the memory. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024
/** Events in one commit: large enough to share one fsync, small enough to answer in time. */
export const COMMIT_EVENTS_MAX = 2000
/** A body as it arrives (maybe compressed). 1000 events of 4 KB fit. */
export const BODY_BYTES_MAX = 8 * 1024 * 1024
/** A body after gzip/br, against decompression bombs. */
export const BODY_UNPACKED_BYTES_MAX = 16 * 1024 * 1024
/** A pixel hit: sendBeacon and keepalive fetch cannot send more than 64 KB anyway. */
export const PIXEL_BODY_BYTES_MAX = 128 * 1024
/** Events in one pixel request. */
export const PIXEL_EVENTS_MAX = 100
/** Meta counts copies of one event for 48 h from the first (deduplication page). */
export const DEDUP_WINDOW_MS = 48 * 3_600_000
/** Meta's longer order window for limited-access purchase dedup: 28 days. */
export const ORDER_WINDOW_MS = 28 * 86_400_000
/** Unpaired twins are looked for this far apart in event_time. */
export const REPAIR_WINDOW_S = 10 * 60
/** A twin later than this is worth a finding. */
export const LATE_TWIN_S = 30 * 60
/** Unabsorbed browser legs remembered per person and event name for the fallback match. */
export const FALLBACK_CANDIDATES_MAX = 16
/** Distinct event names with counters of their own per dataset; the rest counts as "(other)". */
export const EVENT_NAMES_PER_DATASET_MAX = 1000
/** Rows of one page of the event log. */
export const PAGE_EVENTS_MAX = 1000
/** Live (SSE) listeners at once, and what one slow listener may lag before it is dropped. */
export const LIVE_LISTENERS_MAX = 100
export const LIVE_BACKLOG_MAX = 10_000
/** Legs written to a live listener in one go; the rest waits as references, shared by all. */
export const LIVE_CHUNK_LEGS = 100
/** Legs sent again to a listener that comes back with the last seq it saw. */
export const LIVE_REPLAY_MAX = 1000
/** Comments on a quiet live stream, more often than proxies close idle connections (30 s). */
export const LIVE_HEARTBEAT_MS = 15_000
/** Reads of the store for one page of the event log: each is bounded, a rare filter needs many. */
export const PAGE_READS_MAX = 50
/** A page of the event log that is not full by then is answered as it is, with where to go on. */
export const PAGE_READ_MS = 30
/** Newest events of one name whose parameters, pages and devices are shown: 5 % is told apart from
 * 10 %, and reading them takes some ten milliseconds. */
export const DETAIL_SAMPLE_EVENTS = 300
/** Values that one search for a person may name: every form of an e-mail, a phone and an id. */
export const PERSON_VALUES_MAX = 20
/** A request has arrived whole by then, on the slowest phone; files of orders may take longer. */
export const REQUEST_MS_MAX = 60_000
/** A body of the API: settings with a thousand domains fit. */
export const API_BODY_BYTES_MAX = 256 * 1024
/** Points of one timeline: a thousand hours are about 40 days. */
export const TIMELINE_HOURS_MAX = 1000
export const TIMELINE_DAYS_MAX = 4000
/** Tokens held in memory: five per dataset. */
export const TOKENS_MAX = 50_000
/** Tokens of one dataset that work, and as many that ended: nobody uses up those of the server. */
export const TOKENS_PER_DATASET_MAX = 100
/** The last use of a token is known to the minute, and stored this often: a crash forgets less. */
export const TOKEN_USE_STEP_MS = 60_000
export const TOKEN_USE_WRITE_MS = 5 * 60_000
/** An expired token is listed so long, for whoever wonders why something stopped. */
export const TOKEN_FORGET_MS = 30 * 86_400_000
/** How long the old token may go on beside the one that replaces it, and how long one may last. */
export const TOKEN_OVERLAP_HOURS_MAX = 30 * 24
export const TOKEN_DAYS_MAX = 3650
/** Browsers signed in at once: all that PEOPLE_MAX people may have, some 60 MB; then the oldest
 * sign-in ends when one more comes. */
export const SESSIONS_MAX = 200_000
/** How long a browser stays signed in. */
export const SESSION_MS = 30 * 86_400_000
/** One-time sign-in links open at once, one for each token: all may have one, some 20 MB. And for
 * how long: to be clicked at once, not kept. */
export const SIGN_IN_CODES_MAX = TOKENS_MAX
export const SIGN_IN_CODE_MS = 10 * 60_000
/** Failed sign-ins of one address in a minute: enough for typing errors, none for guessing. */
export const SIGN_IN_FAILURES_MAX = 10
export const SIGN_IN_WINDOW_MS = 60_000
/** Addresses whose failures are remembered; the oldest is forgotten first. */
export const SIGN_IN_ADDRESSES_MAX = 10_000
/** Failed sign-ins into one account in its window, whatever the addresses they come from. */
export const ACCOUNT_FAILURES_MAX = 20
export const ACCOUNT_WINDOW_MS = 15 * 60_000
/** A password: NIST's advice for the least, and an end to what is hashed. */
export const PASSWORD_CHARS_MIN = 10
export const PASSWORD_CHARS_MAX = 200
/** Passwords hashed at once (19 MB and a thread each) and those that wait for their turn. */
export const PASSWORDS_AT_ONCE_MAX = 2
export const PASSWORDS_WAITING_MAX = 40
/** Time to answer a device that asks for a passkey: find the phone, read its code. */
export const CHALLENGE_MS = 5 * 60_000
/** Passkeys of one account: a few devices and keys. */
export const PASSKEYS_PER_PERSON_MAX = 20
/** People and businesses of one instance, held in memory. */
export const PEOPLE_MAX = 10_000
export const BUSINESSES_MAX = 5000
/** Browsers signed in as one person or with one token; with one more the oldest sign-in ends. */
export const SESSIONS_PER_HOLDER_MAX = 20
/** How long an invitation and a link to a new password work, and how many wait in a business. */
export const INVITATION_MS = 7 * 86_400_000
export const PASSWORD_LINK_MS = 86_400_000
/** Links to a new password open at once, one for each person; with one more the oldest ends. */
export const PASSWORD_LINKS_MAX = 1000
export const INVITATIONS_PER_BUSINESS_MAX = 200
/** Domains of one dataset that are to be proven. */
export const DOMAINS_PER_DATASET_MAX = 100
/** What a check waits for DNS and for each page, with all redirects; what it reads of a page. */
export const DOMAIN_CHECK_MS = 8000
export const DOMAIN_PAGE_BYTES_MAX = 512 * 1024
export const DOMAIN_REDIRECTS_MAX = 4
/** Changes on one page of the history, and of one text in an entry. */
export const HISTORY_PAGE_MAX = 200
export const HISTORY_TEXT_CHARS_MAX = 300
/** Datasets of one instance held in memory. */
export const DATASETS_MAX = 10_000
export const DATASETS_PER_BUSINESS_MAX = 1000
/** Parsed user agents remembered. */
export const USER_AGENT_CACHE_MAX = 10_000
/** Of them, told apart by browser and system; each may have 2048 characters. */
export const AGENTS_KEPT_MAX = 1000
/** Commit rounds repeated on conflict before senders get 503. */
export const COMMIT_ATTEMPTS_MAX = 20
/** Bodies still being received or unpacked, all connections together; above it senders get 503. */
export const READING_BYTES_MAX = 64 * 1024 * 1024
/** Values in one body: a thousand events with a thousand each, hundred times what is usual. */
export const BODY_VALUES_MAX = 1_000_000
/** What a value takes in memory beside its text; an empty object is 56 bytes and its place 8. */
export const PARSED_VALUE_BYTES = 64
/** Bodies that are parsed and not answered yet, as they lie in memory: half of LEDGER_HEAP_MB. */
export const PARSED_BYTES_MAX = 256 * 1024 * 1024
/** What a refused sender waits when nothing tells more (Retry-After). */
export const RETRY_AFTER_S = 5
/** A visitor's clock off by more than this is corrected, with a finding. */
export const CLOCK_SKEW_MS_MAX = 5 * 60_000
/** Visits under way that began with the link of a test: a few people try a shop at once. */
export const TEST_VISITS_MAX = 1000
/** Samples of one request, each of one or two reports: every standard event once, with room. */
export const TEST_SAMPLES_MAX = 40
/** test_event_code, partner_agent: Meta's own are under 23 characters. */
export const REQUEST_TEXT_CHARS_MAX = 100
/** One text of the browser's context, such as the page title. */
export const BROWSER_TEXT_CHARS_MAX = 300
/** A user agent; the longest seen in the wild are around 500. */
export const USER_AGENT_CHARS_MAX = 1024
/** Datasets named in one /p.js?id=...: a page has a handful. */
export const SCRIPT_DATASETS_MAX = 20
/** Finished /p.js variants kept compressed in memory (by datasets and origin). */
export const SCRIPTS_CACHED_MAX = 200
/** Hosts whose cookie domain is remembered. */
export const HOSTS_CACHED_MAX = 10_000

/** Rules of one dataset: a person still oversees them, and each costs every event a look. */
export const RULES_PER_DATASET_MAX = 100
export const RULE_ACTIONS_MAX = 20
/** Tests in one rule, how deep they nest, and the values one of them compares with. */
export const RULE_TESTS_MAX = 50
export const RULE_DEPTH_MAX = 5
export const RULE_VALUES_MAX = 1000
/** A text in a rule, and a text that a rule copies: a product's title or an address fits. */
export const RULE_TEXT_CHARS_MAX = 1000
/** Products of one margin table; with their ids they fit in a body of the API. */
export const RULE_MARGIN_ENTRIES_MAX = 5000
/** Published versions kept to look at and to go back to; the one in force is always kept. */
export const RULE_VERSIONS_MAX = 50
/** Stored legs a draft is tried on, and the differences shown: an answer in about a second. */
export const RULES_TRY_LEGS_MAX = 5000
export const RULES_TRY_SAMPLES_MAX = 50
/** Events given in the request to be tried. */
export const RULES_TRY_EVENTS_MAX = 100
/** A TCF or GPP string; the longest seen name every vendor and are under 3000 characters. */
export const CONSENT_STRING_CHARS_MAX = 4096
/** Vendors that both lists of a TCF string name together: the IAB's list has some 1400. Each costs
 * the library time, once a string. */
export const TCF_VENDORS_MAX = 10_000
/** Decoded consent strings remembered, of each kind: about 1 KB each, 16 MB at the very most. */
export const CONSENT_STRINGS_CACHED_MAX = 2000
/** Destination types one consent may speak of by name. */
export const CONSENT_VENDORS_MAX = 40
/** Records of a consent export read from the store and written in one go. */
export const EXPORT_PAGE_EVENTS = 200

/** Legs in one block: 128 pack nearly as well; of 1000 one costs four times as much to read. */
export const BLOCK_LEGS_MAX = 256
/** Unpacked bytes of one block, so that large events cannot make one that is slow to read. */
export const BLOCK_BYTES_MAX = 1024 * 1024
/** Unpacked blocks remembered: twins of the last 12,000 events are found without unpacking. */
export const BLOCKS_UNPACKED_BYTES_MAX = 10 * 1024 * 1024
/** Key entries of one family in memory before they are written out as a segment. */
export const KEYS_RECENT_MAX = 65_536
/** Segments of one level that are joined into one of the next, and how often that is done. */
export const KEY_MERGE_SEGMENTS = 8
export const KEY_MERGE_LEVELS = 2
/** Filters of one key family: enough for 48 million keys; older segments go without one. */
export const KEY_FILTER_BYTES_MAX = 96 * 1024 * 1024
/** Old objects of the thread that keeps the events. */
export const LEDGER_HEAP_MB = 512
/** Bodies read at once; one that is larger alone. More fill its heap, and help only slow disks. */
export const LEDGER_READING_BYTES_MAX = 1024 * 1024
/** SQLite's own page cache; the system's file cache does the rest. */
export const STORE_CACHE_BYTES = 8 * 1024 * 1024
/** Pages of 4 KB in the write-ahead log before SQLite copies them into the file: 16 MB. */
export const STORE_WAL_PAGES = 4000
/** A commit waits this long for another process on the same file before `store_locked`. */
export const STORE_BUSY_MS = 2000
/** Due times to come are rounded up to this, so that the deliveries of a commit make few groups:
 * well below the seconds that an event waits for its twin. */
export const DELIVERY_DUE_STEP_MS = 250
/** Deliveries that expire within the same hour are equally urgent: limits are of days. */
export const DELIVERY_URGENCY_STEP_MS = 3_600_000
/** What a destination said of one event, kept with a failed delivery. */
export const DELIVERY_DETAIL_CHARS_MAX = 500
/** An address that was called; our own are under 300. */
export const EXCHANGE_URL_CHARS_MAX = 500
/** Exchanges kept per destination and how long: a few MB in a shop, 80 MB where each brings 1000
 * events and a long answer; seven days, as Meta takes no older event. */
export const EXCHANGES_PER_DESTINATION_MAX = 10_000
export const EXCHANGE_MS_MAX = 7 * 86_400_000

/** Dead letters kept per destination and how long: some 35 MB at most. The oldest are let go, and
 * counted: no destination takes an event so old any more. */
export const DEAD_LETTERS_PER_DESTINATION_MAX = 50_000
export const DEAD_LETTER_MS_MAX = 90 * 86_400_000
/** Rows of one page of deliveries: each shows the event it carries. */
export const DELIVERIES_PAGE_MAX = 200
/** Events of one search by event_id or order_id whose deliveries are shown. */
export const DELIVERY_SEARCH_EVENTS_MAX = 20
/** Destinations of one dataset: each costs every accepted event a delivery. */
export const DESTINATIONS_PER_DATASET_MAX = 20
/** Legs of one event that are read: a sender that repeats itself a thousand times adds nothing. */
export const EVENT_LEGS_READ_MAX = 32
/** Stored text read by one claim or one page: in memory it is several times as much. */
export const READ_CHARS_MAX = 8 * 1024 * 1024
/** Bytes of requests handled in one go by ingest, whatever the number of events. */
export const ROUND_BYTES_MAX = 4 * 1024 * 1024
/** Events claimed at once for one destination, whatever larger batch it would take. */
export const CLAIM_EVENTS_MAX = 1000
/** A batch leaves when it is full or its first event waited this long for company. */
export const GATHER_MS = 50
/** The relay looks for work this often even when nothing woke it: leases of a dead process end. */
export const RELAY_LOOK_MS = 5000
/** A batch that takes longer halves how many are under way at once: the field's soft timeout. */
export const SEND_SOFT_MS = 1500
/** A batch that takes longer is given up and tried again: the field's hard timeout. */
export const SEND_HARD_MS = 10_000
/** What a destination gets after that to say which events had already gone. */
export const SEND_LAST_WORDS_MS = 500
/** How long claimed deliveries stay reserved: several batches up to the hard timeout. */
export const LEASE_MS = 60_000
/** What batches under way get to end when the server stops, before they are cut off. */
export const RELAY_STOP_MS = 2000
/** Pauses after a failed try: the first, doubled each time up to the last. */
export const BACKOFF_FIRST_MS = 1000
export const BACKOFF_MS_MAX = 5 * 60_000
/** The longest pause that is believed: events must not grow too old for a slip of a proxy. */
export const RETRY_AFTER_MS_MAX = 3_600_000
/** An event no destination limits by age is given up after this, and kept as rejected. */
export const RETRY_AGE_MS_MAX = 30 * 86_400_000
/** Batches that fail in a row before a destination gets a pause, and how long that is. */
export const BREAKER_FAILURES_MAX = 5
export const BREAKER_OPEN_MS_MIN = 500
export const BREAKER_OPEN_MS_MAX = 60_000
/** A destination held for its owner is asked again by itself this often. */
export const HOLD_PROBE_MS = 15 * 60_000
/** Events of one destination that are remembered as refused while a setting may be at fault. */
export const DOUBTS_MAX = 10_000
/** Events of a probe: enough to learn from, few enough to fail. */
export const PROBE_EVENTS_MAX = 20
/** The relay pauses this long after the store refused it something. */
export const RELAY_STORE_RETRY_MS = 2000

/** Events of one page of a replay: some ten milliseconds before others get their turn. */
export const REPLAY_PAGE_EVENTS = 250
/** Differences that a replay shows, and bytes of one payload beside them. */
export const REPLAY_SAMPLES_MAX = 20
export const REPLAY_SAMPLE_BYTES_MAX = 16 * 1024
/** Fields (and reasons) that a replay counts apart; the rest counts as "(other)". */
export const REPLAY_NAMES_MAX = 500
/** Replays remembered, running ones too: with all their samples about 30 MB. */
export const REPLAYS_MAX = 50

/** Connections to one place that events are sent to; each carries one request at a time. */
export const GUARDED_CONNECTIONS_MAX = 16
/** Connecting to one address; below the relay's hard timeout, so that the next can be tried. */
export const GUARDED_CONNECT_MS = 5000
/** An idle connection is kept this long unless the other side says otherwise. */
export const GUARDED_KEEP_ALIVE_MS = 15_000
/** What is kept of an answer for people to read. */
export const EXCHANGE_ANSWER_CHARS_MAX = 2000
/** What is read of an answer: a line for each of a thousand events fits many times. */
export const ANSWER_BYTES_MAX = 1024 * 1024
/** Requests spent on finding the bad events of one batch; what is left waits for the next try. */
export const SEARCH_REQUESTS_MAX = 100
/** Of these, while no event of the batch was taken and the fault may lie in the settings. */
export const SEARCH_UNPROVEN_REQUESTS_MAX = 24
/** Events of one webhook batch, and what its body may hold: many receivers stop at 1 MB. */
export const WEBHOOK_EVENTS_MAX = 100
export const WEBHOOK_BYTES_MAX = 512 * 1024
/** Requests of one batch under way at once where each event is a request of its own. */
export const WEBHOOK_REQUESTS_MAX = 8
/** Secrets of a webhook that sign side by side: the old and the new one while it changes. */
export const WEBHOOK_SECRETS_MAX = 4
/** Rows of one file: encoding them holds the process up for tens of milliseconds. */
export const FILE_EVENTS_MAX = 1000
export const FILE_BYTES_MAX = 8 * 1024 * 1024
/** Events are gathered so long for one file: 288 files a day can be read, one a second cannot. */
export const FILE_GATHER_MS = 5 * 60_000
/** Bytes of one request to Meta. Its own bound is not published; 1000 events of 4 KB fit. */
export const META_BODY_BYTES_MAX = 4 * 1024 * 1024
/** Characters of an outcome's words. */
export const OUTCOME_DETAIL_CHARS_MAX = 600
/** Days of the demo shop's past: a year shows every season, and loads in minutes. */
export const DEMO_DAYS_MAX = 365
/** The seed of the demo shop's past: the numbers that its dice tell apart. */
export const DEMO_SEED_MAX = 2_147_483_647

/** Unpaired conversions shown as samples, and events read to find them: both bound one answer. */
export const QUALITY_SAMPLES_MAX = 100
export const QUALITY_SEARCH_READS_MAX = 5
export const QUALITY_SEARCH_PAGE_EVENTS = 200
/** Days of the score's trend, at most: one row each. */
export const QUALITY_TREND_DAYS_MAX = 92
/** Newest events of which a destination's deliveries are looked up. */
export const QUALITY_STANDING_EVENTS = 200
/** Scores of a destination change by the hour: asked again after this, sooner after a failure. */
export const REMOTE_SCORES_MS = 10 * 60_000
export const REMOTE_SCORES_FAILED_MS = 60_000
/** What a page waits for a destination's scores before it says that they did not come. */
export const REMOTE_SCORES_WAIT_MS = 8000
/** Destinations whose scores are remembered, and event names of one answer. */
export const REMOTE_SCORES_KEPT_MAX = 1000
export const REMOTE_SCORES_EVENTS_MAX = 200

/** A webhook's body: an order of several hundred items is about 1 MB of JSON. */
export const HOOK_BODY_BYTES_MAX = 4 * 1024 * 1024
/** A signed time may be off by so much, either way: what the platforms' own libraries allow. */
export const HOOK_CLOCK_MS_MAX = 5 * 60_000
/** Bodies of deliveries are kept so long, to be translated anew after a fix; then only what became
 * of them. Failed ones keep theirs as long as their row. */
export const INBOX_BODY_MS = 7 * 86_400_000
export const INBOX_ROW_MS = 30 * 86_400_000
/** Kept in all: two million deliveries of a shop. Done ones make room first; then 503. */
export const INBOX_BYTES_MAX = 2 * 1024 * 1024 * 1024
/** What a row costs beside its body. */
export const INBOX_ROW_BYTES = 300
/** Rows of one step of upkeep: a few milliseconds. */
export const INBOX_TIDY_ROWS = 200
/** Deliveries translated in one go: they share a read and a commit. */
export const INBOX_CLAIM_MAX = 100
/** How long claimed deliveries stay reserved: a stalled disk is a matter of seconds. */
export const INBOX_LEASE_MS = 60_000
/** The inbox is looked at this often even when nothing woke it. */
export const INBOX_LOOK_MS = 5000
/** Rows of one page of deliveries of webhooks. */
export const INBOX_PAGE_MAX = 200
/** What became of a delivery, in words; and events shown of it. */
export const INBOX_DETAIL_CHARS_MAX = 500
export const INBOX_EVENTS_SHOWN_MAX = 20
/** Look-ups for what a browser left of one order, by id and tokens: each reads an index once. */
export const SOURCE_TRAIL_READS_MAX = 4
/** An order is remembered so long after the last word about it: disputes come after 120 days. */
export const SOURCE_RECORD_MS = 190 * 86_400_000
/** Refunds and disputes of one order told apart by their ids. */
export const ORDER_REFUNDS_MAX = 200
/** Connections of one dataset. */
export const CONNECTIONS_PER_DATASET_MAX = 50
/** Secrets of a connection that are valid side by side, while one replaces the other. */
export const CONNECTION_SECRETS_MAX = 4
/** Texts of headers that are kept with a delivery. */
export const HOOK_HEADER_CHARS_MAX = 500

const relations: readonly (readonly [boolean, string])[] = [
  [COMMIT_EVENTS_MAX >= EVENTS_PER_REQUEST_MAX, 'one request must fit in one commit'],
  [QUEUE_EVENTS_MAX >= 2 * COMMIT_EVENTS_MAX, 'the queue must hold the next commit'],
  [QUEUE_BYTES_MAX >= 2 * BODY_UNPACKED_BYTES_MAX, 'the queue must take the largest body'],
  [PARSED_BYTES_MAX <= (LEDGER_HEAP_MB / 2) * 1024 ** 2, 'parsed bodies must leave room'],
  [READING_BYTES_MAX >= 2 * BODY_BYTES_MAX, 'two of the largest bodies can arrive at once'],
  [KEYS_RECENT_MAX >= 8 * COMMIT_EVENTS_MAX, 'one commit must fit in the recent keys'],
  [ORDER_WINDOW_MS >= DEDUP_WINDOW_MS, 'orders are remembered longer than ids'],
  [LIVE_BACKLOG_MAX > COMMIT_EVENTS_MAX, 'one commit must not drop a live listener'],
  [SEARCH_UNPROVEN_REQUESTS_MAX > 12, 'one bad event in 1000 must be found before giving up'],
  [SEARCH_REQUESTS_MAX > SEARCH_UNPROVEN_REQUESTS_MAX, 'the search must outlast its start'],
  [SEND_SOFT_MS < SEND_HARD_MS, 'a slow batch is noticed before it is given up'],
  [LEASE_MS >= 3 * (SEND_HARD_MS + SEND_LAST_WORDS_MS), 'a lease must outlast its batches'],
  [BACKOFF_FIRST_MS < BACKOFF_MS_MAX, 'pauses must grow'],
  [INBOX_BODY_MS <= INBOX_ROW_MS, 'a body has no use without its row'],
  [INBOX_BYTES_MAX >= 64 * HOOK_BODY_BYTES_MAX, 'the inbox must hold many of the largest bodies'],
  [DEAD_LETTER_MS_MAX > ORDER_WINDOW_MS, 'a dead letter is kept while its order is known'],
  [LATE_TWIN_S * 1000 < DEDUP_WINDOW_MS, 'a late twin must still be a twin'],
]
for (const [holds, why] of relations) {
  if (!holds) throw new Error(`limits.ts: ${why}`)
}
