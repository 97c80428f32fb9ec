import { isIP } from 'node:net'
import { z } from 'zod'

/** One setting: where it is read from, what it may be, and what `--help` and the README say of it. */
type Setting = {
  /** As commander reads it, with the name of its value: `--port <number>`. Absent where a flag would show a secret or is no help. */
  flag?: string
  /** The environment variable. */
  variable?: string
  help: string
  /** What holds without it, as one would write it. */
  fallback?: string
  /** The value may hold a secret, so no message repeats it. */
  secret?: boolean
  schema: z.ZodType<unknown, string>
}

export const roles = ['api', 'ingestion', 'webhooks'] as const
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const choice = <const Value extends string>(values: readonly Value[]) =>
  z.string().transform((text, context) => {
    const found = values.find((value) => value === text)
    if (found) return found
    context.addIssue(`expected ${values.join(' or ')}`)
    return z.NEVER
  })

function wholeNumber(minimum: number, maximum: number) {
  const range = `expected a whole number from ${minimum} to ${maximum}`
  return z
    .string()
    .regex(/^\d{1,9}$/, range)
    .transform(Number)
    .refine((number) => number >= minimum && number <= maximum, range)
}

const list = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .transform((parts) => [...new Set(parts.filter((part) => part !== ''))])
    .pipe(z.array(item))

const cidr = z.string().refine(isCidr, {
  error: ({ input }) =>
    `expected addresses or CIDRs such as 10.0.0.0/8, with commas between; ${input} is none`,
})

const databaseUrl = z
  .string()
  .regex(
    /^(file:.+|postgres(ql)?:\/\/.+)/,
    'expected file:path/to/newsweave.db or postgres://user:password@host:5432/name',
  )

const publicUrl = z
  .string()
  .refine(
    (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? '') && !/[?#]/.test(text),
    'expected the address under which clients reach the service, such as https://news.example.org',
  )
  .transform((text) => text.replace(/\/+$/, ''))

const webAddress = (what: string) =>
  z
    .string()
    .refine(
      (text) => /^https?:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text) && !/[()]/.test(text),
      `expected the address of ${what}`,
    )

const origin = z
  .string()
  .refine(
    (text) => text === '*' || URL.parse(text)?.origin === text,
    'expected * or origins such as https://news.example.org, with commas between',
  )

/** Every setting there is. The order is that of `--help`, the README and `.env.example`. */
export const settings = {
  host: {
    flag: '--host <address>',
    variable: 'HOST',
    help: 'Address to listen on. 0.0.0.0 or :: for all of them.',
    fallback: '127.0.0.1',
    schema: z.string().regex(/^[^\s/]+$/, 'expected an address such as 127.0.0.1 or 0.0.0.0'),
  },
  port: {
    flag: '--port <number>',
    variable: 'PORT',
    help: 'Port to listen on; 0 for any free one.',
    fallback: '3000',
    schema: wholeNumber(0, 65_535),
  },
  databaseUrl: {
    flag: '--database-url <url>',
    variable: 'DATABASE_URL',
    help: 'The database: file:path/to.db (SQLite, made where missing) or postgres://user:password@host:5432/name.',
    fallback: 'file:data/newsweave.db',
    secret: true,
    schema: databaseUrl,
  },
  roles: {
    flag: '--roles <list>',
    variable: 'ROLES',
    help: 'What this process does: api, ingestion, webhooks, with commas between. ingestion reads feeds; webhooks tells receivers of changes; without api only health and metrics are served.',
    fallback: 'api,ingestion,webhooks',
    schema: list(choice(roles)).refine((chosen) => chosen.length > 0, `expected some of ${roles.join(', ')}`),
  },
  workers: {
    flag: '--workers <number>',
    variable: 'WORKERS',
    help: 'Processes that answer requests on this port. From 2 on they read, beside one process more that writes, reads feeds and sends webhooks.',
    fallback: '1',
    schema: wholeNumber(1, 64),
  },
  empty: {
    flag: '--empty',
    help: 'Start an empty database without the sample newsroom.',
    fallback: 'off',
    schema: z.string().transform((text) => text === 'true'),
  },
  adminKey: {
    variable: 'ADMIN_KEY',
    help: "An administrator's key to use instead of making one, for automation. Never stored. Make it long and random.",
    secret: true,
    schema: z.string().regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters'),
  },
  publicUrl: {
    variable: 'PUBLIC_URL',
    help: 'The address under which clients reach the service, for absolute links. Without it, the one it listens on.',
    schema: publicUrl,
  },
  readAccess: {
    variable: 'READ_ACCESS',
    help: 'open: anybody reads. key: reading needs a key with the scope "read".',
    fallback: 'open',
    schema: choice(['open', 'key']),
  },
  trustedProxies: {
    variable: 'TRUSTED_PROXIES',
    help: 'CIDRs of proxies whose X-Forwarded-For is believed, with commas between.',
    fallback: '',
    schema: list(cidr),
  },
  outboundAllow: {
    variable: 'OUTBOUND_ALLOW',
    help: 'CIDRs that requests of the server itself, such as for feeds, may reach besides public addresses, with commas between.',
    fallback: '',
    schema: list(cidr),
  },
  contactUrl: {
    variable: 'CONTACT_URL',
    help: 'A page about this newsroom, for the publishers whose feeds it reads: part of its User-Agent. Without it PUBLIC_URL, where that is set.',
    schema: webAddress('a page, such as https://news.example.org/about'),
  },
  websubHub: {
    variable: 'WEBSUB_HUB',
    help: 'A WebSub hub: feeds name it, and the role webhooks tells it what is new. PUBLIC_URL has to be set, too.',
    schema: webAddress('a WebSub hub, such as https://hub.example.org/'),
  },
  corsOrigins: {
    variable: 'CORS_ORIGINS',
    help: 'Origins whose pages may use the API from a browser, with commas between; * for all.',
    fallback: '*',
    schema: list(origin).transform((origins): '*' | string[] => (origins.includes('*') ? '*' : origins)),
  },
  rateLimitAnonymous: {
    variable: 'RATE_LIMIT_ANONYMOUS',
    help: 'Requests a minute for an address without a key. Without it 6000, or 1000000 while only this machine can reach the server.',
    schema: wholeNumber(1, 100_000_000),
  },
  rateLimitKey: {
    variable: 'RATE_LIMIT_KEY',
    help: 'Requests a minute for a key. Without it 60000, or 1000000 while only this machine can reach the server.',
    schema: wholeNumber(1, 100_000_000),
  },
  rateLimitKeyDay: {
    variable: 'RATE_LIMIT_KEY_DAY',
    help: 'Requests a day (UTC) for a key. Without it 10000000, or 1000000000 while only this machine can reach the server.',
    schema: wholeNumber(1, 999_999_999),
  },
  requestsUnderWay: {
    variable: 'REQUESTS_UNDER_WAY',
    help: 'Requests that a key, or an address without one, may have under way at a time. Without it 64, or 10000 while only this machine can reach the server.',
    schema: wholeNumber(1, 1_000_000),
  },
  changesRetentionDays: {
    variable: 'CHANGES_RETENTION_DAYS',
    help: 'Days for which entries of the change log are kept; 0 for ever.',
    fallback: '90',
    schema: wholeNumber(0, 36_500),
  },
  cache: {
    variable: 'CACHE',
    help: 'on: answers are kept ready until something is written. off: each is made anew.',
    fallback: 'on',
    schema: choice(['on', 'off']),
  },
  logLevel: {
    variable: 'LOG_LEVEL',
    help: `${logLevels.join(', ')}. JSON on stderr; info adds a line for each request, which costs throughput.`,
    fallback: 'warn',
    schema: choice(logLevels),
  },
} satisfies Record<string, Setting>

export type SettingName = keyof typeof settings
/** Absent only for the settings that have no fallback. */
type Values = { [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> }
export type Limits = 'rateLimitAnonymous' | 'rateLimitKey' | 'rateLimitKeyDay' | 'requestsUnderWay'
type Optional = 'adminKey' | 'publicUrl' | 'contactUrl' | 'websubHub' | Limits
export type Settings = Omit<Values, Optional> & Partial<Pick<Values, Optional>>
export type Flags = Partial<Record<SettingName, string | boolean>>

/** A setting that cannot be used. The message names it and says what is expected. */
export class SettingError extends Error {}

/** Reads the named settings: the flag first, then the environment, then what holds without either. */
export function readSettings<Name extends SettingName>(
  names: readonly Name[],
  flags: Flags,
  environment: NodeJS.ProcessEnv,
): Pick<Settings, Name> {
  const values = names.map((name) => [name, readSetting(settings[name], flags[name], environment)])
  return Object.fromEntries(values) as Pick<Settings, Name>
}

function readSetting(setting: Setting, flag: string | boolean | undefined, environment: NodeJS.ProcessEnv) {
  const variable = setting.variable && environment[setting.variable]
  // An empty variable is how `.env` files and Compose leave a setting unset.
  const text = flag !== undefined ? String(flag) : variable || setting.fallback
  if (text === undefined) return undefined
  const result = setting.schema.safeParse(text)
  if (result.success) return result.data
  const name = flag !== undefined ? setting.flag?.split(' ')[0] : setting.variable
  const shown = setting.secret ? '' : `=${text}`
  throw new SettingError(`${name}${shown}: ${result.error.issues[0]?.message}.`)
}

/** A developer is not limited: whoever sits at this machine can do anything to it anyway. */
export function rateLimits(read: Pick<Settings, 'host' | 'trustedProxies' | Limits>) {
  const local = isLoopback(read.host) && read.trustedProxies.length === 0
  return {
    anonymous: read.rateLimitAnonymous ?? (local ? 1_000_000 : 6_000),
    key: read.rateLimitKey ?? (local ? 1_000_000 : 60_000),
    keyDay: read.rateLimitKeyDay ?? (local ? 1_000_000_000 : 10_000_000),
    underWay: read.requestsUnderWay ?? (local ? 10_000 : 64),
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isCidr(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}
