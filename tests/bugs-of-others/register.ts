/** A bug that others shipped, and the tests that prove that it is not here: the file below `tests/`, and the test's name. */
export type Entry = { bug: string; provenBy: [file: string, test: string][] }

const guard = 'outbound/guard.test.ts'
const addresses = 'outbound/addresses.test.ts'
const limits = 'outbound/limits.test.ts'
const redirects = 'outbound/redirects.test.ts'
const egress = 'bugs-of-others/egress.test.ts'
const html = 'bugs-of-others/html.test.ts'
const api = 'bugs-of-others/requests.test.ts'
const data = 'bugs-of-others/feeds-as-data.test.ts'
const parsing = 'ingestion/parsing/parse-feed.test.ts'
const hostile = 'ingestion/hostile.test.ts'
const ingest = 'ingestion/ingest.test.ts'
const bodies = 'conventions/bodies.test.ts'

const fetching: Entry[] = [
  {
    bug: 'A DNS check before the request allows rebinding.',
    provenBy: [
      [guard, 'connects to the address that it checked, and never to another that a second look finds'],
    ],
  },
  {
    bug: 'The check skips redirects, and a 302 leads to the inside.',
    provenBy: [[guard, 'stands before every hop of a redirect']],
  },
  {
    bug: 'IPv4-mapped IPv6, octal, decimal, hex and full-width addresses lead to this machine.',
    provenBy: [[guard, 'does not connect to this machine as %s']],
  },
  {
    bug: 'Multicast, NAT64 and 6to4 are taken for public addresses.',
    provenBy: [
      [addresses, 'is none that is %s: %s'],
      [addresses, 'is also one that is public in IPv4 and written in IPv6, as where there is only IPv6'],
    ],
  },
  {
    bug: 'file: and other schemes, userinfo and odd ports are asked.',
    provenBy: [
      [guard, 'speaks only http and https, without credentials'],
      [guard, 'does not connect to where clouds keep their secrets, or to ports of other protocols'],
    ],
  },
  {
    bug: 'A source is guarded when it is added, and not when it is changed or polled.',
    provenBy: [
      [
        egress,
        'a feed at an address of the inside is never asked, whether it was added, changed, imported or polled',
      ],
    ],
  },
  {
    bug: 'A second outbound path has no guard: webhooks, pages, favicons, WebSub.',
    provenBy: [
      [egress, 'nothing but the guarded client opens connections'],
      [egress, 'no address that is asked for at once is one of the inside'],
      ['webhooks/delivering.test.ts', 'is not reached at an address of the inside'],
    ],
  },
  {
    bug: 'Credentials are kept across origins.',
    provenBy: [[redirects, 'take a secret only as far as its own site']],
  },
  {
    bug: 'Stacked Content-Encoding is unpacked.',
    provenBy: [['outbound/answers.test.ts', 'fails where it is not what it says, or what nobody asked for']],
  },
  {
    bug: 'A gzip bomb fills the memory.',
    provenBy: [
      [limits, 'is not unpacked: 128 MB of nothing as %s'],
      [
        'articles/bulk-encodings.test.ts',
        'that unpack to a thousand times as much in %s keep to the limit of a line',
      ],
    ],
  },
  {
    bug: 'A body without end is read for ever.',
    provenBy: [[limits, 'is not read: a body without end, or one that says so before']],
  },
  {
    bug: 'A slow drip holds others up.',
    provenBy: [[limits, 'does not keep others waiting behind it for longer']],
  },
  {
    bug: 'Redirects go round for ever.',
    provenBy: [
      [redirects, 'end where they go round, and after five'],
      [hostile, 'redirects that go on and on are not followed'],
    ],
  },
  {
    bug: 'Two URL parsers disagree.',
    provenBy: [[egress, 'no address is read by another parser than that of WHATWG']],
  },
]

const reading: Entry[] = [
  {
    bug: 'One big entity is used many times.',
    provenBy: [
      [parsing, 'expands no entity of a DTD'],
      [hostile, 'are read as far as they can be, and others with them'],
    ],
  },
  {
    bug: 'A million numeric references hold the process.',
    provenBy: [
      [parsing, 'takes no more than its share of time for many %s'],
      [hostile, 'are read as far as they can be, and others with them'],
    ],
  },
  {
    bug: 'A limit of 0 is read as "none".',
    provenBy: [[api, 'a limit of nothing is refused, and is never no limit']],
  },
  {
    bug: 'null is read as a JSON Feed.',
    provenBy: [[data, 'null and other values that are no object are no JSON Feed']],
  },
  {
    bug: 'content_text is not escaped.',
    provenBy: [
      [data, 'the text of a JSON Feed is text'],
      ['articles/content.test.ts', 'escapes what was sent as text, and parts paragraphs at blank lines'],
    ],
  },
  {
    bug: 'JaVaScRiPt:, srcdoc, formaction, xmp, rawtext elements and schemes of iframes run.',
    provenBy: [
      [html, 'by whichever way it came in, nothing of it runs: %s'],
      ['articles/content.test.ts', 'makes %s inert'],
    ],
  },
  {
    bug: 'A second way in bypasses the sanitiser.',
    provenBy: [
      [html, 'by whichever way it came in, nothing of it runs: %s'],
      [html, 'there is one way to make the text of an article'],
    ],
  },
  {
    bug: 'An error page echoes the address.',
    provenBy: [[html, 'a page or problem that tells of an address cannot be made to run it']],
  },
]

const asking: Entry[] = [
  {
    bug: 'SQL goes in through an ordering parameter.',
    provenBy: [[api, 'the order is one of a few words, and nothing else reaches the database']],
  },
  {
    bug: 'A filter is silently dropped, so that all rows return.',
    provenBy: [
      [api, 'a filter that finds nothing finds nothing, and one that is empty or unknown is refused'],
      [
        'conventions/parameters.test.ts',
        'of $method $path is refused for a parameter that there is not, by name',
      ],
    ],
  },
  {
    bug: 'Private columns can be filtered by, and totals are an oracle.',
    provenBy: [[api, 'what a reader may not see is in no total, facet, suggestion or filter']],
  },
  {
    bug: 'Mass assignment sets what only the server may.',
    provenBy: [
      [api, 'a member that only the server writes is refused, wherever something is made or changed'],
      [bodies, 'may have no unknown member at any depth, and the answer names it'],
    ],
  },
  {
    bug: 'A trailing slash, %61 or a dot segment avoids a guard.',
    provenBy: [['conventions/addresses.test.ts', 'avoids no guard of $method $path, however it is written']],
  },
  {
    bug: 'Variants of Content-Type skip validation.',
    provenBy: [
      [bodies, 'is 415 where it is of a type that the document does not tell of'],
      [api, 'a body is held to its schema however its type is written'],
    ],
  },
  {
    bug: 'Forwarded headers are believed.',
    provenBy: [
      ['http/rate-limits.test.ts', 'believe a forwarded address from a trusted proxy only'],
      [api, 'no header of a request becomes part of an address in the answer'],
      ['conventions/addresses.test.ts', 'is not changed by headers that speak of another method or address'],
    ],
  },
  {
    bug: 'A shared cache is keyed without the actor or the header.',
    provenBy: [
      ['conventions/access.test.ts', 'to $path is never by an answer that was kept for somebody else'],
      ['conventions/caching.test.ts', 'varies with the key, where it has to do with keys'],
    ],
  },
  {
    bug: "A suspended partner's key lives on.",
    provenBy: [['partners/keys.test.ts', 'are refused while their partner is suspended']],
  },
  {
    bug: 'The health check is dear, and open to anybody.',
    provenBy: [[api, 'the health of the process costs the database nothing']],
  },
  {
    bug: 'Secrets are logged.',
    provenBy: [
      ['partners/secrets.test.ts', 'never holds a key, whatever becomes of the requests that carry it'],
      ['main/logger.test.ts', 'the log shows no secret, wherever in an entry it stands'],
    ],
  },
  {
    bug: 'The time of an answer tells what exists.',
    provenBy: [
      ['partners/authentication.test.ts', 'compares as much for an id that nobody has, and answers the same'],
    ],
  },
  {
    bug: 'Work is queued while the process stops.',
    provenBy: [
      [
        'main/start.test.ts',
        'fails readiness first when it is told to stop, finishes what is under way, and ends with 0',
      ],
      [
        'ingestion/workshop.test.ts',
        'rejects what runs and what waits when it is closed, and what comes later',
      ],
    ],
  },
]

const feeds: Entry[] = [
  {
    bug: 'A charset or content type that lies is believed.',
    provenBy: [
      ['ingestion/parsing/decode.test.ts', 'in UTF-8 are read whatever a header says'],
      [data, 'a feed is known by what it is, whatever its content type says'],
    ],
  },
  {
    bug: 'Dates in 1970 and 9999 are believed.',
    provenBy: [
      [ingest, 'are of now where their time is missing, unreadable or in the future'],
      [data, 'an item of the year 9999 is of the time of its fetch, and none is before the web'],
    ],
  },
  {
    bug: 'GUIDs that are doubled or change double the articles.',
    provenBy: [
      [ingest, 'are one where the feed has them twice'],
      [ingest, 'are no others in another order, at another time, with another guid or at another address'],
    ],
  },
  {
    bug: 'The same GUID from another feed takes an article over.',
    provenBy: [[data, 'the same guid in another feed is another article']],
  },
  {
    bug: "A feed's domain is taken over.",
    provenBy: [
      [
        'ingestion/polling.test.ts',
        'leaves a feed where it is that claims to have moved to another site, and tells an editor',
      ],
    ],
  },
  {
    bug: 'Zero-width, bidi and compatibility characters make a second tag or host that looks the same.',
    provenBy: [
      [data, 'one tag has one key, however it is written'],
      [
        'shared/slug.test.ts',
        'normalising twice is normalising once, and a slug names one thing in any case, form or width',
      ],
      [guard, 'does not connect to this machine as %s'],
    ],
  },
]

export const register: Entry[] = [...fetching, ...reading, ...asking, ...feeds]
