import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { sql } from '../../src/database/sql.ts'
import { loadSample } from '../../src/main/sample.ts'
import { manifestOf } from '../../src/ops/backup.ts'
import { engines, onEveryEngine } from '../support/engines.ts'
import { emptyFolder, newsweave } from '../support/newsweave.ts'
import { runCommand as run } from '../support/run-command.ts'

const line = (number: number, members: object = {}) =>
  JSON.stringify({
    externalId: `story-${number}`,
    url: `https://lighthouse.example/story/${number}`,
    title: `Story ${number}`,
    publishedAt: '2026-11-23T06:08:00Z',
    body: { text: `What story ${number} tells.` },
    ...members,
  })

let folder: string
beforeEach(() => {
  folder = emptyFolder()
})

onEveryEngine('newsweave import', (engine) => {
  const file = () => join(folder, 'articles.ndjson')
  const write = (lines: string[]) => writeFileSync(file(), lines.map((text) => `${text}\n`).join(''))

  it('makes the database and the source, and brings the same lines up to date the next time', async () => {
    const url = await engine.create('empty')
    write([line(1), line(2), ''])
    const first = await run(url, 'import', file(), '--source', 'Lighthouse Daily')
    expect(first).toEqual({
      code: 0,
      out: '2 created, 0 updated, 0 unchanged, 0 gone, 0 failed\n',
      err: expect.stringMatching(
        /^Made a new database( in \S+\.db)?\.\nMade the source Lighthouse Daily \(https:\/\/lighthouse\.example\/\)\.\n$/,
      ),
    })
    write([line(1), line(2, { title: 'Story two' }), line(3)])
    const second = await run(url, 'import', file(), '--source', 'Lighthouse Daily')
    expect(second).toEqual({ code: 0, out: '1 created, 1 updated, 1 unchanged, 0 gone, 0 failed\n', err: '' })
  })

  it('fails with the numbers of the lines that failed, and keeps the others', async () => {
    const url = await engine.create()
    write([line(1), '{broken', line(3, { title: '' }), line(4), line(5, { sourceId: 'nobody' })])
    const home = ['--source-home', 'https://lighthouse.example/']
    const { code, out, err } = await run(url, 'import', file(), '--source', 'Lighthouse Daily', ...home)
    expect(code).toBe(1)
    expect(out).toBe('2 created, 0 updated, 0 unchanged, 0 gone, 3 failed\n')
    expect(err).toMatch(/^Line 2: bad-request: .*\nLine 3: validation-failed: title: .*\nLine 5: /m)
  })

  it('needs to know a source, and the home page of one that it makes', async () => {
    const url = await engine.create()
    write([line(1)])
    expect((await run(url, 'import', file())).err).toMatch(/^Line 1: validation-failed: sourceId/)
    write(['{}'])
    const { code, err } = await run(url, 'import', file(), '--source', 'New')
    expect({ code, err }).toEqual({
      code: 1,
      err: 'There is no source New. To make it, give its home page with --source-home.',
    })
  })
})

describe('newsweave import', () => {
  it('says that there is no such file', async () => {
    const url = `file:${join(folder, 'x.db')}`
    expect(await run(url, 'import', join(folder, 'none'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^There is no file/),
    })
    expect(existsSync(join(folder, 'x.db'))).toBe(false)
  })

  it('reads standard input', async () => {
    const command = newsweave(['import', '-', '--source', 'Lighthouse Daily'], { folder })
    command.process.stdin.end(`${line(1)}\n${line(2)}`)
    expect(await command.ended).toBe(0)
    expect(command.stdout()).toBe('2 created, 0 updated, 0 unchanged, 0 gone, 0 failed\n')
    expect(existsSync(join(folder, 'data', 'newsweave.db'))).toBe(true)
  })
})

onEveryEngine('newsweave export', (engine) => {
  async function sample() {
    const url = await engine.create()
    const database = engine.connect(url)
    await loadSample(database)
    await database.close()
    return url
  }

  it('writes articles with their texts, filtered as the list is', async () => {
    const out = join(folder, 'zh.ndjson')
    const { code, err } = await run(
      await sample(),
      'export',
      '--out',
      out,
      '--language',
      'zh',
      '--sort',
      'oldest',
    )
    const articles = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(code).toBe(0)
    expect(err).toBe(`${articles.length} articles exported.\n`)
    expect(articles.length).toBeGreaterThan(5)
    for (const article of articles)
      expect(article).toMatchObject({ language: 'zh', body: { text: expect.any(String) } })
    const times = articles.map(({ publishedAt }) => publishedAt)
    expect(times).toEqual([...times].sort())
    expect(await readdir(folder)).toEqual(['zh.ndjson'])
  })

  it('takes sources by their names, and fails where there is none of that name', async () => {
    const url = await sample()
    const out = join(folder, 'lighthouse.ndjson')
    expect((await run(url, 'export', '--out', out, '--source', 'Lighthouse Daily')).code).toBe(0)
    const lines = readFileSync(out, 'utf8').trim().split('\n')
    expect(new Set(lines.map((text) => JSON.parse(text).source.name))).toEqual(new Set(['Lighthouse Daily']))
    for (const flag of ['--source', '--source-none']) {
      const { code, err } = await run(url, 'export', '--out', out, flag, 'Lighthouse Dayly')
      expect(code).toBe(1)
      expect(err).toMatch(/^There is no source with this id or name\./)
    }
  })

  it('names the filter that cannot be used', async () => {
    const { code, err } = await run(await sample(), 'export', '--published-after', 'yesterday')
    expect(code).toBe(2)
    expect(err).toMatch(/^--published-after: /)
  })
})

onEveryEngine('newsweave key', (engine) => {
  it('makes a key, lists it without its secret, and revokes it', async () => {
    const url = await engine.create()
    const made = await run(
      url,
      'key',
      'create',
      '--name',
      'Nightly',
      '--scope',
      'articles:write, tags:write',
      '--partner',
      'Lighthouse',
    )
    expect(made.code).toBe(0)
    const key = made.out.trim()
    const prefix = key.slice(0, 15)
    expect(key).toMatch(/^nw_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/)
    const listed = await run(url, 'key', 'list')
    expect(listed.out).toMatch(
      new RegExp(`^PREFIX .*\n${prefix} +Nightly +Lighthouse +articles:write,tags:write .* valid\n$`),
    )
    expect(listed.out).not.toContain(key)
    expect((await run(url, 'key', 'revoke', prefix)).code).toBe(0)
    const [after] = (await run(url, 'key', 'list', '--json')).out
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(after).toMatchObject({ prefix, name: 'Nightly', revokedAt: expect.any(String) })
  })

  it('names the flag that is wrong', async () => {
    const url = await engine.create()
    const wrongScope = await run(url, 'key', 'create', '--name', 'x', '--scope', 'everything')
    expect(wrongScope).toMatchObject({ code: 2, err: expect.stringMatching(/^--scope: /) })
    const past = await run(
      url,
      'key',
      'create',
      '--name',
      'x',
      '--scope',
      'admin',
      '--expires',
      '2020-01-01T00:00:00Z',
    )
    expect(past).toMatchObject({ code: 1, err: expect.stringContaining('Has passed') })
    const nobody = await run(url, 'key', 'revoke', 'nw_nobody')
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('no key with this id or prefix') })
  })
})

describe('commands on a database that is not there', () => {
  const url = () => `file:${join(folder, 'newsweave.db')}`

  it('say how to make it, and make none', async () => {
    for (const args of [['key', 'list'], ['export'], ['backup', join(folder, 'b.db')]]) {
      const { code, err } = await run(url(), ...args)
      expect(code).toBe(1)
      expect(err).toMatch(/^There is no database/)
    }
    expect(await readdir(folder)).toEqual([])
  })
})

it('names the setting where the database cannot be opened', async () => {
  writeFileSync(join(folder, 'letter.txt'), 'This is a letter, and no database. '.repeat(100))
  await mkdir(join(folder, 'folder.db'))
  for (const [url, message] of [
    [`file:${join(folder, 'letter.txt')}`, 'the file is no database of SQLite'],
    [`file:${join(folder, 'folder.db')}`, 'the file cannot be opened or made'],
    [`file:${join(folder, 'letter.txt', 'news.db')}`, 'the folder cannot be made: .*letter.txt'],
    ['postgres://nobody:wrong@127.0.0.1:1/news', 'the database cannot be reached .*ECONNREFUSED'],
  ]) {
    const { code, err } = await run(url as string, 'migrate')
    expect(code).toBe(1)
    expect(err).toMatch(new RegExp(`^DATABASE_URL: .*${message}.*\\.$`))
  }
})

onEveryEngine('a database of something else', (engine) => {
  it('is left alone where its tables have our names', async () => {
    const url = await engine.create('empty')
    const database = engine.connect(url)
    await database.run(sql`create table article (headline text)`)
    await database.run(sql`create table weather (sky text)`)
    await database.close()
    const { code, err } = await run(url, 'migrate')
    expect(code).toBe(1)
    expect(err).toMatch(/^The database has tables of something else: article\. Name/)
  })
})

it('names the setting where PostgreSQL knows no such database', async () => {
  const url = new URL(await (engines[1] as (typeof engines)[0]).create())
  url.pathname = '/nowhere'
  const { code, err } = await run(url.href, 'migrate')
  expect([code, err]).toEqual([1, 'DATABASE_URL: database "nowhere" does not exist.'])
})

describe('newsweave backup and restore', () => {
  const [sqlite] = engines
  const url = () => `file:${join(folder, 'data', 'newsweave.db')}`
  const copy = () => join(folder, 'backups', 'monday.db')

  beforeEach(async () => {
    if (!sqlite) throw new Error('There is no engine.')
    const database = sqlite.connect(url())
    await migrate(database)
    await loadSample(database)
    await database.close()
  })

  it('copies, checks, and puts back', async () => {
    const made = await run(url(), 'backup', copy())
    expect(made.code).toBe(0)
    expect(made.out).toMatch(
      /^Backed up to .*monday\.db: \d+ rows in \d+ tables, schema version \d+, \d+ bytes\.\nThe manifest is .*monday\.db\.manifest\.json\.\n$/,
    )
    expect((await run(url(), 'backup', copy())).err).toContain('--force')
    expect((await run(url(), 'restore', copy(), '--verify')).out).toMatch(/is whole: \d+ tables/)
    expect((await run(url(), 'restore', copy())).err).toContain('--force')
    const restored = await run(url(), 'restore', copy(), '--force')
    expect(restored.code).toBe(0)
    expect(restored.out).toMatch(
      /^Restored .*newsweave\.db, as of .*The database before is kept as .*replaced-/,
    )
    const elsewhere = `file:${join(folder, 'elsewhere', 'x.db')}`
    expect((await run(elsewhere, 'restore', copy())).code).toBe(0)
  })

  it('refuses a copy that is damaged', async () => {
    await run(url(), 'backup', copy())
    await truncate(copy(), 40_000)
    for (const args of [['--verify'], ['--force']]) {
      const { code, err } = await run(url(), 'restore', copy(), ...args)
      expect(code).toBe(1)
      expect(err).toMatch(/has 40000 bytes instead of \d+: it is damaged/)
    }
    expect(await readdir(join(folder, 'data'))).toEqual(['newsweave.db'])
  })
})

describe('newsweave backup of a server', () => {
  const postgres = engines[1]

  it('tells the lines of pg_dump, waits for it, and checks what was restored', async () => {
    if (!postgres) throw new Error('There is no second engine.')
    const server = await postgres.create()
    const database = postgres.connect(server)
    await loadSample(database)
    await mkdir(join(folder, 'backups'))
    const file = join(folder, 'backups', 'monday.dump')
    const env = { DATABASE_URL: server }
    const backup = newsweave(['backup', file], { folder, env })
    const [, name = ''] = await backup.printed(/pg_dump --snapshot=([\w-]+) --format=custom/)
    expect(name).not.toBe('')
    expect(existsSync(manifestOf(file))).toBe(false)
    backup.process.stdin.write('\n')
    expect(await backup.ended).toBe(0)
    expect(backup.stdout()).toContain(`The manifest is ${manifestOf(file)}`)

    expect((await run(server, 'restore', file)).err).toMatch(
      /^A PostgreSQL database is restored by pg_restore/,
    )
    expect((await run(server, 'restore', file, '--verify')).out).toMatch(
      /^The database holds what was backed up/,
    )
    await database.write((tx) => tx.script("update source set name = 'Another' where name like 'L%'"))
    const differs = await run(server, 'restore', file, '--verify')
    expect(differs).toMatchObject({
      code: 1,
      err: expect.stringContaining('Table source has other contents.'),
    })
  })
})

describe('newsweave reindex', () => {
  it('builds the search index anew, which start had asked for', async () => {
    const url = `file:${join(folder, 'data', 'newsweave.db')}`
    const database = engines[0]?.connect(url) as Database
    await migrate(database)
    await loadSample(database)
    const asked = newsweave(['start', '--port', '0'], { folder })
    await asked.printed(/The search index is not of this version[\s\S]*newsweave reindex[\s\S]*is ready at/)
    asked.process.kill('SIGINT')
    await asked.ended
    const { code, out } = await run(url, 'reindex')
    expect([code, out]).toEqual([0, 'The search index has all 33 articles.\n'])
    const content = newsweave(['start', '--port', '0'], { folder })
    await content.printed(/is ready at/)
    expect(content.stdout()).not.toContain('reindex')
    content.process.kill('SIGINT')
    await content.ended
  })
})

describe('newsweave relate', () => {
  it('relates what is there, once, and all anew on request', async () => {
    const url = `file:${join(folder, 'related.db')}`
    const database = engines[0]?.connect(url) as Database
    await migrate(database)
    await loadSample(database)
    expect(await run(url, 'relate')).toMatchObject({
      code: 0,
      out: '31 articles were compared; all are related now.\n',
    })
    expect((await run(url, 'relate')).out).toContain('0 articles were compared')
    const links = () =>
      database.all(sql`select article_id, language, words from article_signal order by article_id`)
    const before = await links()
    expect(before).toHaveLength(31)
    expect((await run(url, 'relate', '--all')).out).toContain('31 articles were compared')
    expect(await links()).toHaveLength(31)
  })
})

describe('newsweave openapi', () => {
  it('writes the document', async () => {
    const out = join(folder, 'deep', 'openapi.json')
    expect((await run('file:none', 'openapi', '--out', out)).code).toBe(0)
    expect(JSON.parse(readFileSync(out, 'utf8')).openapi).toBe('3.1.0')
  })
})
