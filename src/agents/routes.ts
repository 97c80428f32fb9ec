import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Server } from '../http/server.ts'
import { Failure } from '../shared/failure.ts'
import { type Ask, asking } from './asking.ts'

export type AgentRoutesOptions = {
  version: string
  /** The API that the tools read, each for whoever asks: with the same key, and counted for the same address. */
  api: Pick<Server, 'inject'>
  /** Whether a request may come from a page of this origin, by this name of the host. */
  allows: (request: { host: string; origin: string | undefined }) => boolean
}

/**
 * Streamable HTTP at /mcp, stateless: each POST is answered for itself, as JSON, so that any process can answer the next one. It
 * is no part of the document, since the protocol describes itself.
 */
export function agentRoutes(app: Server, { version, api, allows }: AgentRoutesOptions): void {
  app.post('/mcp', { schema: { hide: true }, config: { access: 'public' } }, async (request, reply) => {
    const { host = '', origin } = request.headers
    if (!allows({ host, origin })) {
      throw new Failure(
        'forbidden',
        'Requests of this origin, or under this name of the host, are not taken.',
      )
    }
    // What is loaded for it is not what a start should wait for.
    const { answerMessage } = await import('./answering.ts')
    const onFault = (error: unknown) => request.log.error({ err: error }, 'a tool failed')
    const response = await answerMessage(request, { version, ask: askingFor(request, api), onFault })
    return send(reply, response)
  })
}

/** Asks the API within this process as whoever sent the request. */
function askingFor({ headers, ip }: FastifyRequest, api: Pick<Server, 'inject'>): Ask {
  return askingWithin(api, {
    remoteAddress: ip,
    ...(headers.authorization !== undefined && { authorization: headers.authorization }),
  })
}

/** Asks the routes of an app without a network in between. */
export function askingWithin(
  api: Pick<Server, 'inject'>,
  { remoteAddress, authorization }: { remoteAddress?: string; authorization?: string } = {},
): Ask {
  return asking(async (url) => {
    const reply = await api.inject({
      method: 'GET',
      url,
      headers: authorization === undefined ? {} : { authorization },
      ...(remoteAddress !== undefined && { remoteAddress }),
    })
    return { status: reply.statusCode, location: reply.headers.location, text: reply.payload }
  })
}

async function send(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  const text = await response.text()
  const type = response.headers.get('content-type')
  if (type !== null) reply.type(type)
  return reply.code(response.status).header('cache-control', 'no-store').serializer(String).send(text)
}
