import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Actor } from '../http/access.ts'
import { pathId } from '../http/parameters.ts'
import { ownerOf } from './webhooks.ts'

export const webhookPath = z.strictObject({ id: pathId('the webhook') })

/** The webhook that somebody asks for: that of others is none to them. */
export function targetOf(request: FastifyRequest): { id: string; owner: ReturnType<typeof ownerOf> } {
  const { id } = request.params as z.infer<typeof webhookPath>
  return { id, owner: ownerOf(request.actor as Actor) }
}
