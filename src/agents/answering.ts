import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import type { FastifyRequest } from 'fastify'
import { type AgentOptions, createAgentServer } from './server.ts'

/** Answers a POST for itself, as JSON. */
export async function answerMessage(request: FastifyRequest, options: AgentOptions): Promise<Response> {
  const server = createAgentServer(options)
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  try {
    return await transport.handleRequest(webRequest(request), { parsedBody: request.body })
  } finally {
    await server.close()
  }
}

/** The body is read already. */
function webRequest({ headers, method }: FastifyRequest): Request {
  const texts = Object.entries(headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return new Request('http://localhost/mcp', { method, headers: texts })
}
