import { availableParallelism } from 'node:os'
import type { Dialect } from '../database/dialect.ts'
import { createWorkshop, type Workshop } from '../shared/workshop.ts'
import type { Content } from './content.ts'
import type { Tasks, Unprepared } from './preparing-tasks.ts'

/** Makes the contents of articles in a thread, while others are written in the one that calls. */
export type Preparing = {
  /** The content of each article, in their order; `undefined` where the caller makes it. Never rejects. */
  prepare(articles: Unprepared[]): Promise<(Content | undefined)[]>
  close(): Promise<void>
}

type Shared = { workshop: Workshop<Tasks>; users: number; begun: Promise<boolean>; hasBegun: boolean }

/** A slice that takes longer is made where it is written, as all were without the thread. */
const options = { size: 1, timeoutMs: 30_000, maxMemoryMb: 512 }

/** One thread for all imports of the process, while there is any that is long enough. */
let shared: Shared | undefined

/**
 * For one import, which asks once it knows that it is a long one: starting the thread takes as long as writing some hundred articles.
 * Until it has begun nobody waits for it, but where `waits` is set. A machine of one core gains nothing by a thread.
 */
export function preparing(
  engine: Dialect['engine'],
  { waits = false, cores = availableParallelism() } = {},
): Preparing {
  let joined: Shared | undefined
  let isClosed = false
  return {
    async prepare(articles) {
      if (cores < 2 || isClosed) return []
      joined ??= join(engine)
      if (!joined.hasBegun && !(waits && (await joined.begun))) return []
      return joined.workshop.run('prepare', { engine, articles }).catch(() => [])
    },
    async close() {
      if (isClosed) return
      isClosed = true
      if (joined) await leave(joined)
    },
  }
}

function join(engine: Dialect['engine']): Shared {
  shared ??= open(engine)
  shared.users++
  return shared
}

function open(engine: Dialect['engine']): Shared {
  const thread = new URL('./preparing-thread.ts', import.meta.url)
  const workshop = createWorkshop<Tasks>(thread, options)
  const begun = workshop.run('prepare', { engine, articles: [] }).then(
    () => true,
    () => false,
  )
  const opened: Shared = { workshop, users: 0, begun, hasBegun: false }
  void begun.then((hasBegun) => {
    opened.hasBegun = hasBegun
  })
  return opened
}

async function leave(left: Shared): Promise<void> {
  if (--left.users > 0) return
  shared = undefined
  await left.workshop.close()
}
