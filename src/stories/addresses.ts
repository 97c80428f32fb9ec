import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { cacheControl } from '../http/caching.ts'
import { pathId } from '../http/parameters.ts'
import { noSuchStory } from './stories.ts'
import { findStory, type StoryRow } from './stories-store.ts'

export const storyPath = z.strictObject({ id: pathId('the story, or of one that was merged into it') })

export const movedOn = z.null().describe('The story was merged: `Location` names the living one.')

/** The row of a story, alive or merged; `not-found` where there is none. */
export async function requireRow(q: Queries, id: string): Promise<StoryRow> {
  const row = await findStory(q, id)
  if (!row) throw noSuchStory()
  return row
}

export const addressOf = (id: string) => `/v1/stories/${encodeURIComponent(id)}`

/** 308: the same request, at the address of the living story. That may be merged, too, so it is not to be kept. */
export function sendOn(request: FastifyRequest, reply: FastifyReply, id: string, below = ''): FastifyReply {
  const { search } = new URL(request.url, 'http://stories')
  const location = addressOf(id) + below + search
  return reply
    .code(308)
    .headers({ location, 'cache-control': cacheControl(request) })
    .send()
}
