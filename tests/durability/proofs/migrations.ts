import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileOf, openDatabase } from '../../../src/database/open.ts'
import { sql } from '../../../src/database/sql.ts'
import { createDatabase, dropDatabase, startPostgres } from '../../support/postgres.ts'
import { type Control, run } from '../processes.ts'
import { demand, type Effort, inFolder, nothing, type Proof } from '../proof.ts'

const controlKills = 30

/** Where an empty database comes from, and what of a migration changes it: what it writes to a file, or to its server. */
type Engine = {
  changes: string[]
  /** What a migration sends just before it is in danger, where that is too short a time to be met by chance. */
  danger?: RegExp
  withEmpty<T>(work: (url: string) => Promise<T>): Promise<T>
}
type Plan = {
  engine: Engine
  schema: string
  counts: Map<string, number>
  /** The call at which a control is killed. */
  dangerous: string | undefined
}

export const killedMigrations: Proof = {
  name: 'killed-migrations',
  promise: 'A migration that is killed is made up for by the next start',
  needs: ['strace'],
  run: (effort) => proof(onFiles, effort),
}

export const killedMigrationsOfServer: Proof = {
  name: 'killed-migrations-postgresql',
  promise: 'A migration of PostgreSQL that is killed is made up for by the next start',
  needs: ['strace'],
  async run(effort) {
    const server = await startPostgres()
    try {
      return await proof(onServer(server.url), effort)
    } finally {
      await server.stop()
    }
  },
}

const onFiles: Engine = {
  changes: ['pwrite64', 'fsync,fdatasync'],
  withEmpty: (work) => inFolder((folder) => work(`file:${join(folder, 'news.db')}`)),
}

const onServer = (server: string): Engine => ({
  changes: ['write,writev'],
  // A script is one message, which the server runs as a whole; only then it is written down as applied.
  danger: /^write\(\d+, "Q[^"]*create table source /,
  async withEmpty(work) {
    const url = await createDatabase(server, 'template0')
    return work(url).finally(() => dropDatabase(url))
  },
})

async function proof(engine: Engine, effort: Effort): Promise<string> {
  const plan = await migrateWhole(engine)
  const { kills, broken } = await killing(plan, effort.long ? 100 : 1, effort)
  nothing(broken, `after ${kills} kills`)
  const control = await killing(plan, controlKills, { ...effort, mayGoOn: () => true }, 'no-transaction')
  demand(control.broken.length > 0, 'Without transactions nothing broke: the proof shows nothing.')
  const among = [...plan.counts.values()].reduce((sum, count) => sum + count, 0)
  const change = engine === onFiles ? 'write or sync' : 'message to the server'
  return `${kills} kills at a chosen ${change} of ${among}, 0 broken: the next run brought the same schema as an undisturbed one; a control without transactions broke ${control.broken.length} of ${control.kills}`
}

const migration = (url: string) => ['migrate', '--database-url', url]

/** How many calls a migration that nobody disturbs makes, and what it leaves. */
function migrateWhole(engine: Engine): Promise<Plan> {
  return engine.withEmpty((url) =>
    inFolder(async (folder) => {
      const log = join(folder, 'calls')
      const whole = run(migration(url), { inject: `${engine.changes}:retval=0:when=65535`, log })
      demand((await whole.ended) === 0, `The migration fails undisturbed: ${whole.output()}`)
      const made = callsOfMainThread(readFileSync(log, 'utf8'))
      const isOf = (names: string) => (call: string) => names.split(',').includes(call.split('(', 1)[0] ?? '')
      const counts = new Map(engine.changes.map((names) => [names, made.filter(isOf(names)).length]))
      const dangerous = engine.danger && dangerousCall(made, engine.danger)
      return { engine, schema: await schemaOf(url), counts, dangerous }
    }),
  )
}

/** Of the thread that makes most of them, which alone speaks to the database. */
function callsOfMainThread(log: string): string[] {
  const byThread = new Map<string, string[]>()
  for (const [, thread = '', call = ''] of log.matchAll(/^(\d+) +(\w+\(.*)/gm)) {
    byThread.set(thread, [...(byThread.get(thread) ?? []), call])
  }
  return [...byThread.values()].reduce((most, calls) => (calls.length > most.length ? calls : most), [])
}

/** The next of several parts, such as a statement with values is, behind the message that is looked for. Each kind counts by itself. */
function dangerousCall(calls: string[], danger: RegExp): string {
  const at = calls.findIndex((call) => danger.test(call))
  demand(at >= 0, 'The first script of a migration is not seen.')
  const before = calls.slice(0, at).filter((call) => call.startsWith('writev(')).length
  return `writev:signal=SIGKILL:when=${before + 1}`
}

/** A control ends at the first that breaks. */
async function killing(plan: Plan, number: number, { mayGoOn, tell }: Effort, control?: Control) {
  const broken: string[] = []
  let kills = 0
  const isOver = () => kills >= number || (kills > 0 && !mayGoOn()) || (control && broken.length > 0)
  for (let attempt = 0; attempt < 3 * number && !isOver(); attempt++) {
    const fault = await plan.engine.withEmpty((url) => killOnce(url, plan, control))
    if (fault === 'not killed') continue
    kills++
    if (fault) broken.push(fault)
    tell(`${kills} of ${number} kills`)
  }
  return { kills, broken }
}

async function killOnce(url: string, plan: Plan, control?: Control): Promise<string | undefined> {
  const inject = (control && plan.dangerous) ?? chosenCall(plan)
  const killed = run(migration(url), { inject, control })
  if ((await killed.ended) !== 'SIGKILL') return 'not killed'
  const next = run(migration(url), { control })
  if ((await next.ended) !== 0)
    return `Killed at ${inject}, the next run fails: ${next.output().split('\n', 1)}`
  return (await schemaOf(url)) === plan.schema ? undefined : `Killed at ${inject}, the schema differs.`
}

/** Each kind of call as often as another. */
function chosenCall({ counts }: Plan): string {
  const kinds = [...counts]
  const [names, count] = kinds[Math.floor(Math.random() * kinds.length)] as [string, number]
  return `${names}:signal=SIGKILL:when=${1 + Math.floor(Math.random() * count)}`
}

/** All that the schema is, whether the database is sound, and the migrations that it knows of. */
async function schemaOf(url: string): Promise<string> {
  const database = openDatabase(url)
  try {
    const schema = fileOf(url) === undefined ? schemaOfServer : schemaOfFile
    const parts = [...schema, sql`select version, name from schema_migration order by version`]
    return JSON.stringify(await Promise.all(parts.map((part) => database.all(part))))
  } finally {
    await database.close()
  }
}

const schemaOfFile = [
  sql`pragma integrity_check`,
  sql`select type, name, sql from sqlite_schema order by type, name`,
]

const schemaOfServer = [
  sql`select table_name, column_name, data_type, is_nullable, column_default, collation_name, is_generated,
      generation_expression from information_schema.columns where table_schema = 'public' order by 1, 2`,
  sql`select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1`,
  sql`select conrelid::regclass::text as owner, conname, pg_get_constraintdef(oid) as definition from pg_constraint
      where connamespace = 'public'::regnamespace order by 1, 2`,
  sql`select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace order by 1`,
  sql`select tgrelid::regclass::text as owner, pg_get_triggerdef(oid) as definition from pg_trigger
      where not tgisinternal order by 1, 2`,
]
