import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { verifyWebhook, WebhookError } from '@newsweave/client'

// A receiver of webhooks. WEBHOOK_SECRET is the secret that was shown when the webhook was made.
const { WEBHOOK_SECRET: secret = '', PORT = '8080' } = process.env
const seen = new Set<string>()

const server = createServer(async (request, response) => {
  // The body as it came: a parsed one that is written again has another signature.
  const body = await text(request)
  try {
    const event = await verifyWebhook(body, request.headers, secret)
    // A message may come more than once, always with the same id.
    const id = String(request.headers['webhook-id'])
    if (!seen.has(id)) console.log(`${event.type} ${event.data.resource.url}`)
    seen.add(id)
    response.writeHead(204).end()
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error
    response.writeHead(400).end(error.message)
  }
})
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address()
  console.log(`Listening on ${typeof address === 'object' ? address?.port : address}`)
})
