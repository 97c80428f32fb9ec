import { execFile, execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { expect, it } from 'vitest'
import clientPackage from '../../openapi/client/package.json' with { type: 'json' }
import rootPackage from '../../package.json' with { type: 'json' }
import { loadSample } from '../../src/main/sample.ts'
import { adminKey, startApi } from '../support/api.ts'
import { engines } from '../support/engines.ts'
import { emptyFolder } from '../support/newsweave.ts'

const root = join(import.meta.dirname, '../..')
const client = join(root, 'openapi/client')
const run = promisify(execFile)

it('the package of the client is of the version of the project, and needs what that has', () => {
  expect(clientPackage.version).toBe(rootPackage.version)
  expect(clientPackage.license).toBe(rootPackage.license)
  expect(readFileSync(join(client, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  for (const [name, version] of Object.entries(clientPackage.dependencies)) {
    expect((rootPackage.devDependencies as Record<string, string>)[name]).toBe(version)
  }
})

it('the packed client is installed without a network, is typed there, and runs on a plain Node', {
  timeout: 180_000,
}, async () => {
  const folder = emptyFolder()
  const pack = async (source: string, ...options: string[]) => {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, ...options], {
      cwd: source,
    })
    // What a prepack prints comes before the JSON.
    return `./${JSON.parse(stdout.slice(stdout.indexOf('[')))[0].filename}`
  }
  // Its dependencies come from where the tests have them.
  const dependency = (name: string) => pack(join(root, 'node_modules', name), '--ignore-scripts')
  const tarballs = [
    // npm runs the tests with scripts off where the machine has them off, and without its own there is nothing to pack.
    await pack(client, '--no-ignore-scripts'),
    await dependency('openapi-fetch'),
    await dependency('openapi-typescript-helpers'),
  ]
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs], { cwd: folder })
  expect(existsSync(join(folder, 'node_modules/@newsweave/client/README.md'))).toBe(true)
  expect(existsSync(join(folder, 'node_modules/@newsweave/client/LICENSE'))).toBe(true)

  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  for (const file of globSync('examples/*.ts', { cwd: client })) {
    const text = readFileSync(join(client, file), 'utf8')
    writeFileSync(join(folder, file.slice('examples/'.length)), text)
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    })
    writeFileSync(join(folder, file.slice('examples/'.length).replace('.ts', '.js')), outputText)
  }
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  }
  const bundler = {
    ...compilerOptions,
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2023', 'dom'],
  }
  for (const [name, options] of Object.entries({ node: compilerOptions, bundler })) {
    writeFileSync(
      join(folder, `${name}.json`),
      JSON.stringify({ compilerOptions: options, include: ['*.ts'] }),
    )
    await run(process.execPath, [join(root, 'node_modules/typescript-7/bin/tsc'), '-p', `${name}.json`], {
      cwd: folder,
    })
  }

  const [sqlite] = engines
  const database = await (sqlite as (typeof engines)[0]).open()
  await loadSample(database)
  const NEWSWEAVE_URL = await (await startApi(database)).listen()
  for (const node of plainNodes()) {
    const env = { NEWSWEAVE_URL, NEWSWEAVE_KEY: adminKey }
    const { stdout } = await run(node, ['read.js'], { cwd: folder, env })
    expect(stdout).toContain('articles are in English.')
    const published = await run(node, ['publish.js'], { cwd: folder, env })
    expect(published.stdout).toContain('Imported 600 articles')
  }
})

/** The Node of the tests and, where the machine has one of its own, that: it may be as old as the client allows. */
function plainNodes(): string[] {
  const own = (process.env.PATH ?? '')
    .split(':')
    .filter((part) => !part.includes('node_modules'))
    .map((part) => join(part, 'node'))
    .find((file) => existsSync(file))
  if (own && Number(/^v(\d+)/.exec(execFileSync(own, ['--version'], { encoding: 'utf8' }))?.[1]) >= 20) {
    return [own]
  }
  console.warn('This machine has no Node of its own from 20 on: the client runs on that of the tests alone.')
  return [process.execPath]
}
