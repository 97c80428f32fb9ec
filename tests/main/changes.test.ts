import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, it } from 'vitest'
import { recordChange } from '../../src/changes/changes.ts'
import { removeOld } from '../../src/changes/retention.ts'
import type { Database } from '../../src/database/database.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import { onEveryEngine } from '../support/engines.ts'
import { newsweave } from '../support/newsweave.ts'
import { runCommand } from '../support/run-command.ts'

const cli = fileURLToPath(new URL('../../src/main/cli.js', import.meta.url))

onEveryEngine('newsweave changes follow', (engine) => {
  let url: string
  let database: Database
  let api: Api
  let sourceId: string

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
    api = await startApi(database)
    sourceId = await addSource(api)
    await addTag(api, 'chips')
  })

  const follow = (...args: string[]) =>
    newsweave(['changes', 'follow', ...args], { env: { DATABASE_URL: url } })

  it('prints what is there and what happens then, and says how to go on when it is stopped', async () => {
    const program = follow('--after', '0')
    await program.printed(/ 2 {2}tag\.created +chips\n/)
    const { id } = await addArticle(api, sourceId)
    await program.printed(new RegExp(`^\\S+Z +3 {2}article\\.published +${id} {2}revision 1$`, 'm'))
    program.process.kill('SIGINT')
    expect(await program.ended).toBe(0)
    expect(program.stdout().trim().split('\n')).toHaveLength(3)
    expect(program.stderr()).toBe(
      'Stopped behind change 3. To go on from there:\n\n  newsweave changes follow --after 3\n',
    )
  })

  it('begins with what happens from now on, as JSON of what was asked for', async () => {
    const program = follow(
      '--json',
      '--tags',
      'CHIPS',
      '--sources',
      'Lighthouse Daily',
      '--types',
      'article.published',
    )
    // It has begun once the second of these is there; which of those before it are depends on when it began.
    const written: string[] = []
    const writing = (async () => {
      while (!program.stdout().includes('\n')) {
        await addArticle(api, sourceId)
        written.push((await addArticle(api, sourceId, { tags: ['chips'] })).id)
      }
    })()
    await program.printed(/\n/)
    await writing
    program.process.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    const changes = program
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const { body } = await api.get('/v1/changes?tags=chips&types=article.published&limit=1000')
    expect(body.data).toEqual(expect.arrayContaining(changes))
    expect(program.stderr()).toMatch(
      /^ {2}newsweave changes follow --after \d+ --types article\.published --tags CHIPS --sources 'Lighthouse Daily' --json$/m,
    )
  })

  it('ends well when nobody reads what it prints', async () => {
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${cli}" changes follow --after 0 | head -n 1`], {
      env: { PATH: process.env.PATH ?? '', DATABASE_URL: url },
    })
    atEnd(() => shell.kill('SIGKILL'))
    let errors = ''
    shell.stderr.on('data', (chunk) => {
      errors += chunk
    })
    const ended = once(shell, 'close')
    const writing = setInterval(() => {
      void database.write((tx) => recordChange(tx, { type: 'tag.updated', id: 'chips' })).catch(() => {})
    }, 50)
    expect(await ended).toEqual([0, null])
    clearInterval(writing)
    expect(errors).toMatch(/^Stopped behind change \d+\./)
  })

  it.each([
    [['--tags', 'nothing'], 1, /no tag "nothing"/],
    [['--sources', 'Nobody'], 1, /no source/],
    [['--types', 'tag.exploded'], 2, /^--types/],
    [['--after', 'x'], 2, /^--after/],
  ])('names what is wrong with %j', async (args, code, message) => {
    const ran = await runCommand(url, 'changes', 'follow', ...args)
    expect(ran.code).toBe(code)
    expect(ran.err).toMatch(message)
  })

  it('says where to begin where the log is not kept from there any more', async () => {
    await removeOld(database, { before: new Date('2999-01-01'), followers: [async () => 2] })
    const ran = await runCommand(url, 'changes', 'follow', '--after', '1')
    expect([ran.code, ran.out]).toEqual([1, ''])
    expect(ran.err).toContain('`after=2`')
  })
})
