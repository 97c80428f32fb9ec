import packageFile from '../../package.json' with { type: 'json' }
import type { About } from '../http/document.ts'
import type { Settings } from './config.ts'

const description = `An API for news: articles with their credits, tags, related-story links and one log of every change,
in Chinese and English.

- **Reading** is open unless the server closes it; **writing** needs a key, sent as \`Authorization: Bearer <key>\`.
- **Errors** are \`application/problem+json\` (RFC 9457); \`type\` is the address of a page that explains the kind.
- **Lists** are paged by opaque cursors: send \`page.next\` back as \`cursor\`, with the same filters. There is no end to the depth, and
  pages neither repeat nor skip anything while others write.
- **Unknown** parameters and members are refused by name, so that a misspelt filter never widens a result.
- **Search** is \`q\` on the list of articles, with \`highlight\` and \`facets\`, beside every filter.
- **Caching**: every GET has a strong \`ETag\`; send it as \`If-None-Match\` and get 304 while nothing has changed.
- **Safe writes**: \`If-Match\` with the \`ETag\` that was read refuses to overwrite what others wrote since; \`Idempotency-Key\` makes a POST
  repeatable for 24 hours.
- **Limits** are told by \`RateLimit\` and \`RateLimit-Policy\` (an IETF draft) on every answer.
- **Times** are RFC 3339 in UTC, languages BCP 47, ids opaque.`

/** What the document says of the API as a whole. */
export const about: About = {
  info: {
    title: 'Newsweave',
    version: packageFile.version,
    summary: 'Tech news as an API: articles, tags, related stories and changes.',
    description,
    contact: { name: 'The Newsweave contributors' },
    license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
  },
  tags: [
    {
      name: 'Articles',
      description: 'One text that one source published at one URL, with its credits and revisions.',
    },
    {
      name: 'Related links',
      description: 'From an article to others, held here or not: related, translated, followed up.',
    },
    {
      name: 'Stories',
      description: 'The articles, from all outlets and in all languages, about one event.',
    },
    { name: 'Search', description: 'Suggestions as one types. What `q` finds is a list of articles.' },
    { name: 'Tags', description: 'What articles are about: names per language, aliases, parents, merges.' },
    { name: 'Sources', description: 'The outlets whose articles these are.' },
    {
      name: 'Feeds',
      description: 'What is here as RSS, Atom and JSON Feed, for readers, and as OPML.',
    },
    { name: 'WebSub', description: 'Where hubs tell of what is new in feeds.' },
    {
      name: 'Changes',
      description: 'The one append-only log of every write, to follow by polling or as a stream.',
    },
    {
      name: 'Webhooks',
      description:
        'Addresses that are told of changes, by Standard Webhooks, and the log of what was sent to them.',
    },
    { name: 'Partners', description: 'Who may write, with which keys and scopes; and what a key may do.' },
    { name: 'Operations', description: 'Health, readiness, metrics, and this document.' },
  ],
}

/** How the server's own requests name themselves: publishers see whom to ask. */
export function userAgent({ contactUrl, publicUrl }: Pick<Settings, 'contactUrl' | 'publicUrl'>): string {
  const contact = contactUrl ?? publicUrl
  return `Newsweave/${packageFile.version}${contact === undefined ? '' : ` (+${contact})`}`
}
