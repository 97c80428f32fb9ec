import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Package = {
  version?: string
  license?: string
  dev?: boolean
  optional?: boolean
  devOptional?: boolean
  hasInstallScript?: boolean
  resolved?: string
  integrity?: string
}

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const packages: [string, Package][] = Object.entries(JSON.parse(read('package-lock.json')).packages).filter(
  ([path]) => path !== '',
) as [string, Package][]
const production = packages.filter(([, { dev, devOptional }]) => !dev && !devOptional)

/** Licences that ask for no more than their notice. */
const permissive = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
  'MIT-0',
  'Zlib',
])

/** Of alternatives one is enough; what is joined is all needed. */
const isPermissive = (license: string): boolean =>
  license
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => permissive.has(one.trim())))

describe('the packages that the program is made of', () => {
  it('are looked at: there are many', () => {
    expect(production.length).toBeGreaterThan(50)
  })

  it('have licences that are permissive', () => {
    const others = production
      .map(([path, { license }]) => `${path}: ${license ?? licenceIn(path)}`)
      .filter((line) => !isPermissive(line.split(': ')[1] ?? ''))
    expect(others).toEqual([])
    expect(isPermissive('GPL-3.0 OR MIT')).toBe(true)
    expect(isPermissive('MIT AND LGPL-3.0')).toBe(false)
  })

  it('run nothing at their installation', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
    expect(
      production
        .filter(([path, { hasInstallScript }]) => hasInstallScript && !shipsBinary(path))
        .map(([path]) => path),
    ).toEqual([])
  })

  it('are those of the registry, by their hashes', () => {
    const loose = production.filter(
      ([path, { resolved, integrity }]) =>
        path.startsWith('node_modules') &&
        (!integrity || (resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\//.test(resolved))),
    )
    expect(loose.map(([path]) => path)).toEqual([])
  })

  it('have versions that are pinned', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) =>
      /[\^~*x><]|^latest$/.test(String(version).replace(/^npm:[^@]*@/, '')),
    )
    expect(loose).toEqual([])
  })

  it('and the data that come with them have notices', () => {
    for (const folder of ['src/similarity/background', 'src/similarity/bridge'])
      expect(existsSync(join(root, folder, 'NOTICE')), folder).toBe(true)
  })
})

/** Some say it in their own file only. */
function licenceIn(path: string): string {
  return existsSync(join(root, path, 'package.json'))
    ? String(JSON.parse(read(join(path, 'package.json'))).license)
    : 'unknown'
}

/** An install script that is never run is no harm where the package works without it: its binary comes with it. */
function shipsBinary(path: string): boolean {
  return path === 'node_modules/better-sqlite3'
}
