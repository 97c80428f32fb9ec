import { readdir, stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { changeTypes } from '../src/changes/change.ts'
import { scopes } from '../src/http/access.ts'
import { problemKinds } from '../src/http/problems.ts'
import { settings } from '../src/main/config.ts'
import { startApi } from './support/api.ts'
import { engines } from './support/engines.ts'
import { readPage } from './support/readme.ts'

const root = new URL('../', import.meta.url)
const readme = await readPage('README.md')
const reference = await readPage('docs/reference.md')
const environment = await readPage('.env.example')
const partners = await readPage('docs/partners.md')

describe('the README', () => {
  it('lists every setting with its flag and what holds without it', () => {
    for (const [name, setting] of Object.entries<(typeof settings)[keyof typeof settings]>(settings)) {
      const { flag, variable, fallback } = {
        flag: undefined,
        variable: undefined,
        fallback: undefined,
        ...setting,
      }
      const row = readme.split('\n').find((line) => line.startsWith('| ') && names(line, variable ?? flag))
      expect(row, name).toBeDefined()
      if (flag) expect(names(row as string, flag), name).toBe(true)
      if (fallback) expect(row, name).toContain(`\`${fallback}\``)
    }
  })
})

describe('the reference', () => {
  it('explains every scope', () => {
    for (const scope of scopes) expect(reference).toContain(`\n| \`${scope}\` |`)
  })

  it('explains every type of change', () => {
    for (const type of changeTypes) expect(reference).toContain(`\n| \`${type}\` |`)
  })

  it('explains every problem with its status', () => {
    for (const [code, { status }] of Object.entries(problemKinds)) {
      expect(reference).toContain(`\n| \`${code}\` | ${status} |`)
    }
  })

  it('explains every metric of ours', async () => {
    const [sqlite] = engines
    const api = await startApi(await (sqlite as (typeof engines)[number]).open())
    const text = String((await api.get('/metrics')).body)
    const ours = [...text.matchAll(/^# HELP (\w+)/gm)].map(([, name = '']) => name)
    expect(ours).toContain('newsweave_commits_total')
    for (const name of ours) {
      if (!/^(process|nodejs)_/.test(name)) expect(reference).toContain(`\n| \`${name}\` |`)
    }
  })
})

it('tells partners what each type of change means for a copy', () => {
  const rows = partners.split('\n').filter((line) => line.startsWith('| `'))
  for (const type of changeTypes)
    expect(
      rows.some((row) => row.split('|', 2)[1]?.includes(`\`${type}\``)),
      type,
    ).toBe(true)
})

it('serves every script, style and picture of the pages at /docs itself', async () => {
  const [sqlite] = engines
  const api = await startApi(await (sqlite as (typeof engines)[number]).open())
  const page = await api.get('/docs')
  const files = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
  expect(files.length).toBeGreaterThan(3)
  for (const file of files) expect((await api.get(file)).status, file).toBe(200)
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/)
  expect(page.headers['content-security-policy']).not.toContain('http')
})

it('names every command in the README and in the changelog', async () => {
  const files = await readdir(new URL('src/main/commands/', root))
  const changelog = await readPage('CHANGELOG.md')
  for (const file of files) {
    const command = `\`${file.replace('.ts', '')}\``
    expect(readme).toContain(command)
    expect(changelog).toContain(command)
  }
})

it('names every environment variable in .env.example, and no other', () => {
  const variables = Object.values(settings).flatMap((setting) =>
    'variable' in setting ? [setting.variable] : [],
  )
  const named = [...environment.matchAll(/^#?\s*([A-Z][A-Z_]+)=/gm)].map(([, name = '']) => name)
  expect([...new Set(named)].sort()).toEqual([...variables].sort())
})

it('links only to files that exist', async () => {
  const docs = (await readdir(new URL('docs/', root)))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
  const decisions = (await readdir(new URL('docs/decisions/', root))).map((file) => `docs/decisions/${file}`)
  const pages = ['README.md', 'CONTRIBUTING.md', 'STYLE.md', 'CHANGELOG.md', ...docs, ...decisions]
  for (const page of pages) {
    for (const [, link = ''] of (await readPage(page)).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(link)) continue
      const target = new URL(link, new URL(page, root))
      expect(await stat(target).catch(() => undefined), `${page} links to ${link}`).toBeDefined()
    }
  }
})

it('lists every decision in their index', async () => {
  const index = await readPage('docs/decisions/README.md')
  const files = (await readdir(new URL('docs/decisions/', root))).filter((file) => /^\d{4}-/.test(file))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) expect(index).toContain(`(${file})`)
})

function names(row: string, setting: string | undefined): boolean {
  return setting !== undefined && row.includes(`\`${setting.split(' ')[0]}`)
}
