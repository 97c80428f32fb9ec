import swaggerUi from '@fastify/swagger-ui'
import { sendPage } from './page.ts'
import type { Server } from './server.ts'

/** Scripts and styles are files of ours; the pages may talk to this server and to no other. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The document for people, at `/docs`, and a page at `/` that leads there. Works offline. After `addDocument`. */
export async function addDocs(app: Server, title: string): Promise<void> {
  app.get('/', { schema: { hide: true }, config: { access: 'public' } }, async (_request, reply) =>
    sendPage(
      reply,
      title,
      `<h1>${title}</h1>
<ul>
<li><a href="docs">Documentation</a>, to read and to try</li>
<li><a href="openapi.json">OpenAPI document</a></li>
<li><a href="v1/articles">Articles</a></li>
<li><a href="problems">Problems explained</a></li>
</ul>`,
    ),
  )
  await app.register(async (docs) => {
    // What the plugin registers says nothing of access: it is open, as the document is.
    docs.addHook('onRoute', (route) => {
      route.config = { access: 'public', ...route.config }
    })
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: policy,
      uiConfig: {
        layout: 'BaseLayout',
        deepLinking: true,
        displayRequestDuration: true,
        tryItOutEnabled: true,
      },
      theme: { title: `${title}: documentation` },
      validatorUrl: false,
    })
  })
}
