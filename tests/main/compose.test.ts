import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { settings } from '../../src/main/config.ts'

type Service = {
  build?: string
  image?: string
  profiles?: string[]
  command?: string[]
  environment?: Record<string, string>
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
}

const root = new URL('../../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')
const compose: { services: Record<string, Service>; volumes: Record<string, null> } = parse(
  read('docker-compose.yml'),
  { merge: true },
)
const services = Object.entries(compose.services)
const variables: string[] = Object.values(settings).flatMap((setting) =>
  'variable' in setting ? [setting.variable] : [],
)

/** Compose as there is one here: the plugin of Docker, else the older program. */
const programs = [['docker', 'compose'], ['docker-compose']].filter(
  ([program = '', ...args]) => spawnSync(program, [...args, 'version']).status === 0,
)

describe('the Compose file', () => {
  it('has one container and a volume without a profile', () => {
    const plain = services.filter(([, { profiles }]) => profiles === undefined)
    expect(plain.map(([name]) => name)).toEqual(['newsweave'])
    expect(compose.services.newsweave?.volumes).toEqual(['newsroom:/data'])
    expect(compose.services.newsweave?.environment?.DATABASE_URL).toBeUndefined()
  })

  it('has PostgreSQL 18, two API containers and a worker in the profile "postgres"', () => {
    const inProfile = services.filter(([, { profiles }]) => profiles?.includes('postgres'))
    expect(inProfile.map(([name]) => name)).toEqual(['postgres', 'api-1', 'api-2', 'worker'])
    expect(compose.services.postgres?.image).toBe('postgres:18')
    expect(compose.services['api-1']?.command).toEqual(['start', '--roles', 'api'])
    expect(compose.services.worker?.command).toEqual(['start', '--roles', 'ingestion,webhooks'])
    for (const [name, service] of inProfile) {
      if (name === 'postgres') continue
      expect(service.environment?.DATABASE_URL).toMatch(/^postgres:.*@postgres:5432\/newsweave$/)
      expect(service.depends_on?.postgres?.condition).toBe('service_healthy')
    }
  })

  it('passes on settings that there are, and names volumes that it has', () => {
    for (const [name, { environment = {}, volumes = [], build }] of services) {
      if (build) for (const variable of Object.keys(environment)) expect(variables, name).toContain(variable)
      for (const volume of volumes) expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '')
    }
  })

  it.each(programs.map((words) => [words.join(' '), words] as const))('is read by "%s"', (_name, words) => {
    const [program = '', ...args] = words
    for (const profile of [[], ['--profile', 'postgres']]) {
      const config = [...args, ...profile, 'config', '-q']
      const { status, stderr } = spawnSync(program, config, { cwd: root, encoding: 'utf8' })
      expect(stderr).toBe('')
      expect(status).toBe(0)
    }
  })
})

if (programs.length === 0)
  console.warn('LEFT OUT: no "docker compose" here to check docker-compose.yml with.')

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile')

  it('runs the sources on Node 26, not as root, with its data in a volume and its health asked', () => {
    expect(dockerfile).toMatch(/^FROM node:26-slim$/m)
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).toMatch(/^VOLUME \/data$/m)
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\n.*\/readyz/m)
    expect(dockerfile).toContain('ENTRYPOINT ["node", "src/main/cli.js"]')
  })

  it('copies what the program needs, all of which its context holds', () => {
    const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '))
    expect(copied).toEqual(expect.arrayContaining(['package.json', 'src', 'migrations']))
    const kept = read('.dockerignore').split('\n')
    for (const file of copied) expect(kept).toContain(`!${file}`)
  })

  it('sets settings that there are', () => {
    const [, set = ''] = /^ENV (.+)$/m.exec(dockerfile) ?? []
    for (const name of set.split(' ').map((part) => part.split('=')[0])) {
      if (name !== 'NODE_ENV') expect(variables).toContain(name)
    }
  })
})
