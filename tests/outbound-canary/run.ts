// Shows that no request of the program reaches an address that is not public: in a network of its own, with a canary at every such
// address, a name server that answers differently each time, and a public web that leads to the inside.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { helpIfAsked } from '../support/help.ts'

helpIfAsked(`npm run test:outbound -- [way …]

Has the program ask for addresses that are not public in every way in which it asks for any, in a network of its own with a canary at each,
and writes what came of it into docs/reliability.md. Of some ways alone (their keys, as it prints them) nothing is written.
Wants Linux, root or sudo, unshare and ip.`)

const inside = fileURLToPath(new URL('./inside.ts', import.meta.url))
const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n', '--preserve-env=RECORD_FIGURES,PATH,TMPDIR']
const inNamespace = [...asRoot, 'unshare', '--net', '--mount', '--kill-child', '--fork']

/** What has to work for anything to be shown, and what it takes. Nothing is passed over where it does not. */
const needs: [what: string, line: string[]][] = [
  [
    'a network namespace of its own (Linux, unshare of util-linux, as root or through sudo)',
    [...inNamespace, 'true'],
  ],
  ['the command ip (Debian: apt-get install iproute2)', [...inNamespace, 'ip', 'link', 'set', 'lo', 'up']],
  ['a kernel with IPv6', [...inNamespace, 'ip', '-6', 'route', 'show']],
]

for (const [what, [program = '', ...args]] of needs) {
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status === 0) continue
  console.error(`This proof needs ${what}, and cannot have it here: ${error?.message ?? stderr.trim()}`)
  process.exit(1)
}
const [program = '', ...args] = [...inNamespace, process.execPath, inside, ...process.argv.slice(2)]
process.exit(spawnSync(program, args, { stdio: 'inherit' }).status ?? 1)
