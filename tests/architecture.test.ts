import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** Folders from the lowest level to the highest: one may import from its own and from lower levels. */
const levels = [
  ['shared'],
  ['database'],
  ['http', 'text-index', 'outbound'],
  ['similarity'],
  ['changes'],
  ['tags', 'sources', 'partners'],
  ['articles'],
  ['stories'],
  ['ingestion', 'search', 'syndication', 'webhooks', 'agents'],
  ['ops'],
  ['main'],
]
const engineFolders = ['database', 'text-index', 'main']

type Import = { file: string; from: string; target: string; to: string }

const root = join(import.meta.dirname, '../src')
const files = globSync('**/*.ts', { cwd: root }).sort()
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
const folderOf = (file: string) => file.split('/')[0] ?? ''
const levelOf = (folder: string) => levels.findIndex((level) => level.includes(folder))

/** Imports of our own files, also dynamic ones and those of types alone. */
const imports: Import[] = [...texts].flatMap(([file, text]) =>
  ts
    .preProcessFile(text)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => {
      const target = relative(root, join(root, dirname(file), fileName))
      return { file, from: folderOf(file), target, to: folderOf(target) }
    }),
)
const shown = ({ file, target }: Import) => `${file} imports ${target}`

describe('the architecture', () => {
  it('is looked at: there are files and imports', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(imports.length).toBeGreaterThan(200)
  })

  it('knows every folder', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => levelOf(folder) === -1)).toEqual([])
  })

  it('lets a folder import only from lower levels', () => {
    const wrong = imports.filter(({ from, to }) => from !== to && levelOf(to) >= levelOf(from))
    expect(wrong.map(shown)).toEqual([])
  })

  it('keeps the sources apart from tests, benchmarks and other folders', () => {
    const outside = imports.filter(({ target }) => target.startsWith('..') && target !== '../package.json')
    expect(outside.map(shown)).toEqual([])
  })

  it('lets only its own folder use a store', () => {
    const wrong = imports.filter(
      ({ from, to, target }) => /(^|-)store\.ts$/.test(basename(target)) && from !== to,
    )
    expect(wrong.map(shown)).toEqual([])
  })

  it('lets only main/ use the routes of a feature', () => {
    const isFeature = (folder: string) => levelOf(folder) > levelOf('http')
    const wrong = imports.filter(
      ({ from, to, target }) => basename(target) === 'routes.ts' && isFeature(to) && from !== 'main',
    )
    expect(wrong.map(shown)).toEqual([])
  })

  it('keeps http/ free of features', () => {
    const wrong = imports.filter(
      ({ from, to }) => from === 'http' && !['shared', 'database', 'http'].includes(to),
    )
    expect(wrong.map(shown)).toEqual([])
  })

  it('names the engines only where they differ', () => {
    const wrong = [...texts].filter(
      ([file, text]) => !engineFolders.includes(folderOf(file)) && /sqlite|postgres/i.test(text),
    )
    expect(wrong.map(([file]) => file)).toEqual([])
  })

  it('uses the drivers only in the adapters', () => {
    const drivers = [...texts].filter(
      ([file, text]) => /from '(pg|better-sqlite3)'/.test(text) && !engineFolders.includes(folderOf(file)),
    )
    expect(drivers.map(([file]) => file)).toEqual([])
  })

  it('has no barrels', () => {
    expect(files.filter((file) => basename(file).startsWith('index.'))).toEqual([])
    // What a feature's public face hands on from its own folder is none; handing on another folder's files is.
    const passing = [...texts].filter(([, text]) => /^export\b[^'\n]*\bfrom '\.\./m.test(text))
    expect(passing.map(([file]) => file)).toEqual([])
  })

  it('has named exports only', () => {
    const wrong = [...texts].filter(([, text]) => /^export (default|=)/m.test(text))
    expect(wrong.map(([file]) => file)).toEqual([])
  })

  it('has no classes but errors, no enums, no namespaces, no decorators', () => {
    expect([...texts].flatMap(([file, text]) => unwelcomeIn(file, text))).toEqual([])
  })

  it('names files in kebab-case, and for what they do', () => {
    const wrong = files.filter(
      (file) =>
        !/^([a-z0-9]+(-[a-z0-9]+)*\/)+[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(file) ||
        /\b(utils?|helpers?|services?|managers?|common|misc)\b/.test(file),
    )
    expect(wrong).toEqual([])
  })

  it('has no Service, Manager or Helper, and no interface with an I in front', () => {
    const names = /\b(function|const|type|interface|class) (\w*(Service|Manager|Helper|Utils?)|I[A-Z]\w*)\b/
    expect([...texts.values()].flatMap((text) => text.match(names)?.[0] ?? [])).toEqual([])
  })
})

function unwelcomeIn(file: string, text: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isEnumDeclaration(node)) found.push(`${file}: enum ${node.name.text}`)
    if (ts.isDecorator(node)) found.push(`${file}: decorator`)
    if (ts.isModuleDeclaration(node) && ts.isIdentifier(node.name))
      found.push(`${file}: namespace ${node.name.text}`)
    if (ts.isClassLike(node) && !isError(node)) found.push(`${file}: class ${node.name?.text}`)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))
  return found
}

const isError = (node: ts.ClassLikeDeclaration) =>
  node.heritageClauses?.some(({ types }) =>
    types.some(({ expression }) => ts.isIdentifier(expression) && /Error$/.test(expression.text)),
  )
