// Fastify with nothing added, sending the very bytes that the product sent: node bench/bare.ts <origin> <path> …
// A create is answered with the bytes of an article. The same path answers 304 with nothing in it below /empty.
import Fastify from 'fastify'
import { serve } from './processes.ts'

const [origin, ...paths] = process.argv.slice(2)
const app = Fastify()
const answers = new Map<string, { type: string; body: Buffer }>()
for (const path of paths) {
  const answer = await fetch(`${origin}${path}`, { headers: { 'accept-encoding': 'identity' } })
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status}`)
  const type = answer.headers.get('content-type') ?? ''
  answers.set(path, { type, body: Buffer.from(await answer.arrayBuffer()) })
}
for (const pathname of new Set(paths.map((path) => path.split('?', 1)[0] as string))) {
  app.get(pathname, (request, reply) => {
    const answer = answers.get(request.url)
    reply.type(answer?.type ?? '').send(answer?.body)
  })
  app.get(`/empty${pathname}`, (_request, reply) => {
    reply.code(304).send()
  })
}
const [ofArticle] = answers.keys().filter((path) => /^\/v1\/articles\/[^/?]+$/.test(path))
if (ofArticle !== undefined)
  app.post('/v1/articles', (_request, reply) => {
    const answer = answers.get(ofArticle)
    reply
      .code(201)
      .type(answer?.type ?? '')
      .send(answer?.body)
  })
await app.listen({ host: '127.0.0.1', port: 0 })
serve({ server: app.server, close: () => app.close() })
