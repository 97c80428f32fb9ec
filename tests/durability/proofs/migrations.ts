import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { type Control, run } from '../processes.ts'
import { demand, type Effort, inFolder, nothing, type Proof } from '../proof.ts'

const calls = 'pwrite64,fsync,fdatasync'

export const killedMigrations: Proof = {
  name: 'killed-migrations',
  promise: 'A migration that is killed is made up for by the next start',
  needs: ['strace'],
  async run(effort) {
    const { schema, writes, syncs } = await inFolder(migrateWhole)
    const plan = { schema, writes, syncs }
    const { kills, broken } = await killing(effort.long ? 100 : 4, plan, effort)
    nothing(broken, `after ${kills} kills`)
    const control = await killing(effort.long ? 10 : 2, plan, effort, 'no-transaction')
    demand(control.broken.length > 0, 'Without transactions nothing broke: the proof shows nothing.')
    return `${kills} kills at a chosen write or sync of ${writes + syncs}, 0 broken: the next run brought the same schema as an undisturbed one; a control without transactions broke ${control.broken.length} of ${control.kills}`
  },
}

type Plan = { schema: string; writes: number; syncs: number }

const migration = (file: string) => ['migrate', '--database-url', `file:${file}`]

/** How many calls a migration that nobody disturbs makes, and what it leaves. */
async function migrateWhole(folder: string): Promise<Plan> {
  const [file, log] = [join(folder, 'news.db'), join(folder, 'calls')]
  const whole = run(migration(file), { inject: `${calls}:retval=0:when=65535`, log })
  demand((await whole.ended) === 0, `The migration fails undisturbed: ${whole.output()}`)
  const lines = readFileSync(log, 'utf8').split('\n')
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length
  return { schema: schemaOf(file), writes: count(/ pwrite64\(/), syncs: count(/ (fsync|fdatasync)\(/) }
}

async function killing(number: number, plan: Plan, { mayGoOn, tell }: Effort, control?: Control) {
  const broken: string[] = []
  let kills = 0
  for (let attempt = 0; kills < number && attempt < 3 * number && (kills === 0 || mayGoOn()); attempt++) {
    await inFolder(async (folder) => {
      const fault = await killOnce(join(folder, 'news.db'), plan, control)
      if (fault === 'not killed') return
      kills++
      if (fault) broken.push(fault)
    })
    tell(`${kills} of ${number} kills`)
  }
  return { kills, broken }
}

async function killOnce(file: string, plan: Plan, control?: Control): Promise<string | undefined> {
  const sync = Math.random() < 0.3
  const when = 1 + Math.floor(Math.random() * (sync ? plan.syncs : plan.writes))
  const inject = `${sync ? 'fsync,fdatasync' : 'pwrite64'}:signal=SIGKILL:when=${when}`
  const killed = run(migration(file), { inject, control })
  if ((await killed.ended) !== 'SIGKILL') return 'not killed'
  const next = run(migration(file), { control })
  if ((await next.ended) !== 0)
    return `Killed at ${inject}, the next run fails: ${next.output().split('\n', 1)}`
  return schemaOf(file) === plan.schema ? undefined : `Killed at ${inject}, the schema differs.`
}

/** All that the schema is, and whether the file is sound. */
function schemaOf(file: string): string {
  const connection = new Sqlite(file)
  try {
    const sound = connection.pragma('integrity_check', { simple: true })
    const schema = connection.prepare('select type, name, sql from sqlite_schema order by type, name').all()
    const migrations = connection.prepare('select version, name from schema_migration order by version').all()
    return JSON.stringify([sound, schema, migrations])
  } finally {
    connection.close()
  }
}
