import { z } from 'zod'
import { xmlTypes } from '../http/bodies.ts'
import { operation } from '../http/operation.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { invalidField } from '../shared/failure.ts'
import { decodeOpml } from './opml.ts'
import { exportSources, importSources, SourceListImport } from './source-lists.ts'

const tag = 'Sources'
const opml = 'text/x-opml'
const example = `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head><title>Sources</title></head>
  <body>
    <outline text="Chips">
      <outline type="rss" text="Lighthouse Daily" xmlUrl="https://lighthouse.example/feed.xml" htmlUrl="https://lighthouse.example/"/>
    </outline>
  </body>
</opml>
`
const List = z.string().describe('An OPML list.').meta({ example })

/** Sources as OPML, in and out. */
export function opmlRoutes(app: Server, { database }: RouteDependencies): void {
  app.get(
    '/v1/sources/opml',
    operation(
      {
        id: 'exportSources',
        tag,
        summary: 'Export sources as OPML',
        description:
          'Every source that has a feed, for other readers: each in the folder of its first tag, which stands in the folder of the tag above it.',
        access: 'read',
      },
      { response: { 200: { content: { [opml]: { schema: List } } } } },
    ),
    async (_request, reply) => {
      const text = await exportSources(database)
      return reply
        .type(`${opml}; charset=utf-8`)
        .header('content-disposition', 'attachment; filename="sources.opml"')
        .send(text as never)
    },
  )
  app.post(
    '/v1/sources/opml',
    operation(
      {
        id: 'importSources',
        tag,
        summary: 'Import sources from OPML',
        description:
          'Adds every feed of an OPML list that no source has yet. Folders become tags of these sources, inner ones below outer ones, and tags that are missing are made. What could not be taken is told by its line; the same list may be sent again.',
        access: 'sources:write',
        text: { types: xmlTypes, schema: List },
        bodyLimit: 2 * 1024 * 1024,
      },
      { response: { 200: SourceListImport } },
    ),
    async (request) => {
      const { body, headers } = request as { body: unknown; headers: typeof request.headers }
      if (!Buffer.isBuffer(body) || body.length === 0) throw invalidField('opml', 'Expected an OPML list.')
      const charset = /;\s*charset="?([\w.:-]+)/i.exec(headers['content-type'] ?? '')?.[1]
      return importSources(database, decodeOpml(body, charset))
    },
  )
}
