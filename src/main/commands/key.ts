import { Command } from 'commander'
import type { z } from 'zod'
import { scopes } from '../../http/access.ts'
import { fieldErrors } from '../../http/field-errors.ts'
import { NewKey } from '../../partners/key.ts'
import { createKey, listKeys, revokeKey } from '../../partners/keys.ts'
import { settingsOf, withDatabase, withSettings } from '../command.ts'
import { SettingError } from '../config.ts'
import { table } from '../table.ts'

const names = ['databaseUrl'] as const

export function keyCommand(): Command {
  return new Command('key')
    .summary('make, list and revoke keys')
    .description('Makes, lists and revokes keys, on the database itself: for whoever runs the server.')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
}

type CreateOptions = { name: string; scope: string; partner?: string; expires?: string }

function createCommand(): Command {
  const command = new Command('create')
    .summary('make a key')
    .description(
      'Makes a key and prints it, this once: only its hash is kept. Everything else goes to stderr.',
    )
    .requiredOption('--name <text>', 'what the key is for')
    .requiredOption('--scope <list>', `what it may do, with commas between: ${scopes.join(', ')}`)
    .option(
      '--partner <name>',
      "whose it is; a partner of a new name is made. Without it, the key is an operator's",
    )
    .option('--expires <time>', 'from then on it is refused, in RFC 3339. Without it, it lasts until revoked')
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave key create --name "Nightly import" --scope articles:write,tags:write --partner "Lighthouse Daily"
  $ newsweave key create --name me --scope admin --expires 2027-01-01T00:00:00Z`,
    )
    .action(async ({ partner, ...options }: CreateOptions) => {
      const input = newKeyOf(options)
      const { databaseUrl } = settingsOf(command, names)
      const made = await withDatabase(databaseUrl, { make: true }, (database) =>
        database.write((tx) => createKey(tx, { ...input, ...(partner && { partnerName: partner }) })),
      )
      console.error(`Key ${made.row.id}, shown only this once:`)
      console.log(made.key)
    })
  return withSettings(command, names)
}

function newKeyOf({ name, scope, expires }: CreateOptions): NewKey {
  const members = { name, scopes: scope.split(',').map((part) => part.trim()), expiresAt: expires }
  const { data, error } = NewKey.safeParse(members)
  if (data) return data
  const flags: Record<string, string> = { name: '--name', scopes: '--scope', expiresAt: '--expires' }
  const [first] = fieldErrors(error as z.ZodError, 'body')
  throw new SettingError(`${flags[first?.path.split('.')[0] ?? '']}: ${first?.message}`)
}

function listCommand(): Command {
  const command = new Command('list')
    .summary('list the keys')
    .description('Lists all keys, never the secrets. A key is known by its prefix.')
    .option('--json', 'as JSON, a key a line')
    .addHelpText('after', '\nExamples:\n  $ newsweave key list\n  $ newsweave key list --json')
    .action(async ({ json }: { json?: true }) => {
      const { databaseUrl } = settingsOf(command, names)
      const keys = await withDatabase(databaseUrl, { make: false }, listKeys)
      if (json) for (const key of keys) console.log(JSON.stringify(key))
      else console.log(table([headings, ...keys.map(rowOf)]))
    })
  return withSettings(command, names)
}

const headings = ['PREFIX', 'NAME', 'PARTNER', 'SCOPES', 'CREATED', 'STATE']

function rowOf(key: Awaited<ReturnType<typeof listKeys>>[number]): string[] {
  const state = key.revokedAt
    ? `revoked ${key.revokedAt}`
    : key.expiresAt
      ? `until ${key.expiresAt}`
      : 'valid'
  return [key.prefix, key.name, key.partnerName ?? '-', key.scopes.join(','), key.createdAt, state]
}

function revokeCommand(): Command {
  const command = new Command('revoke')
    .summary('revoke a key')
    .description('Revokes a key: it is refused from the next request on.')
    .argument('<key>', 'the id or the prefix of the key, as "key list" shows them')
    .addHelpText('after', '\nExamples:\n  $ newsweave key revoke nw_4Kd81mZqTn0P')
    .action(async (id: string) => {
      const { databaseUrl } = settingsOf(command, names)
      await withDatabase(databaseUrl, { make: false }, (database) =>
        database.write((tx) => revokeKey(tx, { id })),
      )
      console.error('Revoked.')
    })
  return withSettings(command, names)
}
