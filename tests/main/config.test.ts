import { describe, expect, it } from 'vitest'
import { userAgent } from '../../src/main/about.ts'
import { rateLimits, readSettings, SettingError, type SettingName, settings } from '../../src/main/config.ts'

const all = Object.keys(settings) as SettingName[]
const read = (flags: Record<string, string | boolean> = {}, environment: Record<string, string> = {}) =>
  readSettings(all, flags, environment)

/** What is wrong, for one setting that is. */
function complaint(
  flags: Record<string, string | boolean>,
  environment: Record<string, string> = {},
): string {
  try {
    read(flags, environment)
  } catch (error) {
    expect(error).toBeInstanceOf(SettingError)
    return (error as Error).message
  }
  throw new Error('Nothing was wrong.')
}

describe('settings', () => {
  it('have values that serve a developer on this machine where nothing is said', () => {
    expect(read()).toEqual({
      host: '127.0.0.1',
      port: 3000,
      databaseUrl: 'file:data/newsweave.db',
      roles: ['api', 'ingestion', 'webhooks'],
      workers: 1,
      empty: false,
      adminKey: undefined,
      publicUrl: undefined,
      readAccess: 'open',
      trustedProxies: [],
      outboundAllow: [],
      contactUrl: undefined,
      corsOrigins: '*',
      rateLimitAnonymous: undefined,
      rateLimitKey: undefined,
      rateLimitKeyDay: undefined,
      requestsUnderWay: undefined,
      changesRetentionDays: 90,
      cache: 'on',
      logLevel: 'warn',
    })
  })

  it('come from the flag first, then from the environment', () => {
    expect(read({ port: '4000' }, { PORT: '5000' }).port).toBe(4000)
    expect(read({}, { PORT: '5000' }).port).toBe(5000)
  })

  it('are unset by an empty variable, as Compose passes them on', () => {
    expect(read({}, { PORT: '', PUBLIC_URL: '', ADMIN_KEY: '' })).toMatchObject({
      port: 3000,
      adminKey: undefined,
    })
  })

  it('read lists with commas and spaces between', () => {
    const values = read(
      {},
      { TRUSTED_PROXIES: '10.0.0.0/8, ::1', ROLES: 'api,api', CORS_ORIGINS: 'https://a.example' },
    )
    expect(values.trustedProxies).toEqual(['10.0.0.0/8', '::1'])
    expect(values.roles).toEqual(['api'])
    expect(values.corsOrigins).toEqual(['https://a.example'])
  })

  it('take the slash off a public address', () => {
    expect(read({}, { PUBLIC_URL: 'https://news.example/api/' }).publicUrl).toBe('https://news.example/api')
  })

  it.each<[Record<string, string>, Record<string, string>, RegExp]>([
    [{ port: 'abc' }, {}, /^--port=abc: expected a whole number from 0 to 65535/],
    [{}, { PORT: '70000' }, /^PORT=70000: expected a whole number/],
    [{}, { PORT: '0x10' }, /^PORT=0x10/],
    [{ host: 'a b' }, {}, /^--host/],
    [{ roles: 'api,cooking' }, {}, /^--roles=api,cooking: expected api or ingestion or webhooks/],
    [{ workers: '65' }, {}, /^--workers=65: expected a whole number from 1 to 64\.$/],
    [{}, { READ_ACCESS: 'closed' }, /^READ_ACCESS=closed: expected open or key/],
    [{}, { PUBLIC_URL: 'news.example' }, /^PUBLIC_URL=news.example: expected the address/],
    [{}, { TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES.*10\.0\.0\.0\/33 is none/],
    [{}, { TRUSTED_PROXIES: 'true' }, /^TRUSTED_PROXIES/],
    [{}, { OUTBOUND_ALLOW: 'example.org' }, /^OUTBOUND_ALLOW/],
    [{}, { CONTACT_URL: 'me@news.example' }, /^CONTACT_URL=me@news.example: expected the address of a page/],
    [{}, { CORS_ORIGINS: 'news.example' }, /^CORS_ORIGINS/],
    [{}, { RATE_LIMIT_KEY: '0' }, /^RATE_LIMIT_KEY=0: expected a whole number from 1/],
    [{}, { RATE_LIMIT_ANONYMOUS: 'many' }, /^RATE_LIMIT_ANONYMOUS/],
    [{}, { CACHE: 'yes' }, /^CACHE=yes: expected on or off/],
    [{}, { LOG_LEVEL: 'loud' }, /^LOG_LEVEL=loud: expected trace or/],
  ])('name the one that cannot be used: %j %j', (flags, environment, message) => {
    expect(complaint(flags, environment)).toMatch(message)
  })

  it('never repeat a secret', () => {
    expect(complaint({}, { DATABASE_URL: 'mysql://me:hunter2@db' })).toMatch(/^DATABASE_URL: expected file:/)
    expect(complaint({}, { ADMIN_KEY: 'hunter 2' })).toMatch(/^ADMIN_KEY: expected/)
  })
})

describe('the name of its own requests', () => {
  const name = (environment: Record<string, string>) => userAgent(read({}, environment))

  it('says where publishers find out whose they are', () => {
    const PUBLIC_URL = 'https://news.example/api'
    expect(name({})).toMatch(/^Newsweave\/\d+\.\d+\.\d+$/)
    expect(name({ PUBLIC_URL })).toMatch(/^Newsweave\/\S+ \(\+https:\/\/news\.example\/api\)$/)
    expect(name({ PUBLIC_URL, CONTACT_URL: 'https://news.example/bot' })).toMatch(/ \(\+\S+\/bot\)$/)
  })
})

describe('rate limits', () => {
  const limits = (environment: Record<string, string>) => rateLimits(read({}, environment))

  it('do not hold a developer back while only this machine can reach the server', () => {
    for (const HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      expect(limits({ HOST })).toEqual({
        anonymous: 1_000_000,
        key: 1_000_000,
        keyDay: 1_000_000_000,
        underWay: 10_000,
      })
    }
  })

  it('hold where others can reach it, directly or through a proxy', () => {
    const limited = { anonymous: 6_000, key: 60_000, keyDay: 10_000_000, underWay: 64 }
    expect(limits({ HOST: '0.0.0.0' })).toEqual(limited)
    expect(limits({ HOST: '127.0.0.1', TRUSTED_PROXIES: '127.0.0.1' })).toEqual(limited)
  })

  it('are what is said', () => {
    const said = {
      RATE_LIMIT_ANONYMOUS: '5',
      RATE_LIMIT_KEY: '7',
      RATE_LIMIT_KEY_DAY: '9',
      REQUESTS_UNDER_WAY: '3',
    }
    expect(limits(said)).toEqual({ anonymous: 5, key: 7, keyDay: 9, underWay: 3 })
  })
})
