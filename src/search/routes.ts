import { z } from 'zod'
import { operation } from '../http/operation.ts'
import { integerParameter } from '../http/parameters.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { Suggestion, suggest } from './suggest.ts'

const SuggestQuery = z.strictObject({
  q: z.string().min(1).max(100).describe('What was typed so far.'),
  limit: integerParameter(1, 20).default(10).describe('How many suggestions to give, at most.'),
})

/** Suggestions as one types. What `q` finds is a list of articles, at their own address. */
export function searchRoutes(app: Server, { database }: RouteDependencies): void {
  app.get(
    '/v1/search/suggest',
    operation(
      {
        id: 'getSuggestions',
        tag: 'Search',
        summary: 'Suggest as one types',
        description:
          'Tags and sources with a name that begins so, in any of its languages and from any of its words, those with most articles first; then the newest articles with these words in their title, the last of which may be unfinished from its second letter on.',
        access: 'read',
        cached: true,
      },
      { querystring: SuggestQuery, response: { 200: z.object({ data: z.array(Suggestion) }) } },
    ),
    async (request, reply) => {
      const data = await suggest(database, request.query.q, request.query.limit)
      sendReady(request, reply, readyAnswer(Buffer.from(JSON.stringify({ data })), reply))
      return reply
    },
  )
}
