import type { IncomingMessage } from 'node:http'
import { commitListeners, type Database } from '../../database/database.ts'
import { fileOf, openDatabase } from '../../database/open.ts'
import type { AddressCount } from '../../http/address-counts.ts'
import { forwardRequests } from '../../http/forwarding.ts'
import { explain } from '../command.ts'
import { listen } from '../listening.ts'
import { createLogger } from '../logger.ts'
import { closeApp, createServing } from '../serving.ts'
import type { FromWorker, Task, ToWorker } from './messages.ts'

type Told = (message: ToWorker) => void

const tell = (message: FromWorker) => void process.send?.(message)

async function serve({ settings, url, first }: Task): Promise<Told> {
  const logger = createLogger(settings.logLevel)
  const opened = openDatabase(settings.databaseUrl)
  const isFile = fileOf(settings.databaseUrl) !== undefined
  const commits = commitListeners()
  const database = isFile ? readingOnly(opened, commits.add) : opened
  const readiness = { closing: false }
  let learn = (_counts: AddressCount[]) => {}
  let figures = async (): Promise<object[]> => []
  const { app, ingestion, delivering } = await createServing(
    { database, settings, logger },
    {
      url: () => url,
      readiness,
      countsIn: opened,
      others: {
        addresses: {
          tell: (counts) => tell({ kind: 'addresses', counts }),
          onTold(listener) {
            learn = listener
          },
        },
        metrics: {
          answer(own) {
            figures = own
          },
          ofOthers: async () => [],
        },
      },
    },
  )
  await app.ready()
  forwardRequests(app.server, {
    isMeant: isFile ? changesOrAsksForAll : asksForAll,
    onward: first,
    publicUrl: () => settings.publicUrl ?? url,
  })
  await listen(app, settings)
  tell({ kind: 'listening' })

  async function stop(drainMs: number): Promise<void> {
    readiness.closing = true
    await new Promise((resolve) => setTimeout(resolve, drainMs))
    await closeApp(app)
    await Promise.all([ingestion.close(), delivering.close()])
    await opened.close()
    process.exit(0)
  }

  return (message) => {
    if (message.kind === 'committed') commits.notify()
    else if (message.kind === 'addresses') learn(message.counts)
    else if (message.kind === 'stop') void stop(message.drainMs)
    else if (message.kind === 'metrics') {
      const { question } = message
      void figures().then((own) => tell({ kind: 'metrics', question, figures: own }))
    }
  }
}

/** One process writes, and this is none: a route that writes here nevertheless is a bug. It hears of commits from that one. */
function readingOnly(database: Database, onAnnouncement: Database['onAnnouncement']): Database {
  const refuse = () => Promise.reject(new Error('This process writes nothing.'))
  return { ...database, write: refuse, run: refuse, ...(onAnnouncement && { onAnnouncement }) }
}

const pathOf = ({ url = '' }: IncomingMessage) => url.split('?', 1)[0] as string

const asksForAll = (request: IncomingMessage) => pathOf(request) === '/metrics'

/** Tools of agents only read, and a hub that verifies a subscription has its answer written down. */
function changesOrAsksForAll(request: IncomingMessage): boolean {
  const path = pathOf(request)
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '')) {
    return path === '/metrics' || path.startsWith('/v1/websub/')
  }
  return path !== '/mcp'
}

/**
 * Answers requests as the process that started this one tells it. Without that it ends: a worker of `node:cluster` does so by itself
 * when the channel between them breaks.
 */
export function work(): void {
  // The first process says when to stop; a terminal and a supervisor signal all processes.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {})
  let told: Told | undefined
  process.on('message', async (message: ToWorker) => {
    if (message.kind !== 'start') return void told?.(message)
    try {
      told = await serve(message.task)
    } catch (error) {
      const failed: FromWorker = { kind: 'failed', message: explain(error).message }
      process.send?.(failed, () => process.exit(1))
    }
  })
}
