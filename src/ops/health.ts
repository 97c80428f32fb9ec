import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { operation } from '../http/operation.ts'
import type { Server } from '../http/server.ts'
import { Failure } from '../shared/failure.ts'

/** Whether the process still takes work. Readiness fails before the listener closes, so that balancers turn away first. */
export type Readiness = { closing: boolean }

const tag = 'Operations'
const answersWithinMs = 2_000
const Health = z
  .object({ status: z.literal('ok') })
  .meta({ id: 'Health', description: 'All is well.', example: { status: 'ok' } })

/** `/healthz` for whoever restarts the process, `/readyz` for whoever sends it requests. */
export function addHealth(
  app: Server,
  { database, readiness }: { database: Queries; readiness: Readiness },
): void {
  app.get(
    '/healthz',
    operation(
      {
        id: 'getHealth',
        tag,
        summary: 'Ask whether the process lives',
        description: 'Answers 200 as long as the process can answer at all. Asks nothing of the database.',
        access: 'public',
      },
      { response: { 200: Health } },
    ),
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return { status: 'ok' as const }
    },
  )
  app.get(
    '/readyz',
    operation(
      {
        id: 'getReadiness',
        tag,
        summary: 'Ask whether requests are served',
        description:
          'Answers 200 while the database answers, and 503 otherwise and from the moment the process begins to stop.',
        access: 'public',
      },
      { response: { 200: Health } },
    ),
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      if (readiness.closing) throw notReady('The process is stopping.')
      await askDatabase(database)
      return { status: 'ok' as const }
    },
  )
}

async function askDatabase(database: Queries): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(notReady('The database does not answer.')), answersWithinMs)
  })
  const answer = database.one(sql`select 1 as one`)
  // Where the time is over first, nobody is left to hear of the failure.
  answer.catch(() => {})
  try {
    await Promise.race([answer, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

function notReady(message: string): Failure {
  return new Failure('unavailable', message, { headers: { 'Retry-After': '5' } })
}
