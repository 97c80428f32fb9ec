import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })

/**
 * Makes the network and mount namespace in which this process is our own: every address there is leads to this machine, so
 * that whatever is connected to can be listened at, and names are asked of 127.0.0.1.
 */
export function ownTheNetwork(addresses: string[]): void {
  ip('link', 'set', 'lo', 'up')
  for (const address of addresses) ip('address', 'add', `${address}/32`, 'dev', 'lo')
  ip('route', 'add', 'local', '0.0.0.0/0', 'dev', 'lo')
  ip('-6', 'route', 'add', 'local', '::/0', 'dev', 'lo')
  const folder = mkdtempSync(join(tmpdir(), 'newsweave-namespace-'))
  const files = {
    '/etc/resolv.conf': 'nameserver 127.0.0.1\noptions timeout:2 attempts:2\n',
    '/etc/nsswitch.conf': 'hosts: files dns\n',
    '/etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
  }
  for (const [index, [file, text]] of Object.entries(files).entries()) {
    const own = join(folder, String(index))
    writeFileSync(own, text)
    execFileSync('mount', ['--bind', own, file], { stdio: ['ignore', 'ignore', 'pipe'] })
  }
}
