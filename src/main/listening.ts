import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { Server } from '../http/server.ts'
import { CommandError } from './command.ts'
import type { Settings } from './config.ts'

type Place = Pick<Settings, 'host' | 'port'>

/** Listens, or says which setting stands in the way. */
export async function listen(app: Server, { host, port }: Place): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw explained(error, { host, port })
  }
}

/** Where it listens, for somebody at this machine. */
export function addressOf(app: Server, host: string): string {
  return addressAt(host, (app.server.address() as AddressInfo).port)
}

export function addressAt(host: string, port: number): string {
  const reachable =
    { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host)
  return `http://${reachable}:${port}`
}

/** Where several processes can listen together now: on one address, where a name has several, and where any port will do, on a free one. */
export async function placeFor({ host, port }: Place): Promise<Place> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host, port }, resolve)
    })
    const { address, port: taken } = server.address() as AddressInfo
    return { host: address, port: taken }
  } catch (error) {
    throw explained(error, { host, port })
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

function explained(error: unknown, { host, port }: Place): unknown {
  const { code } = error as { code?: string }
  if (code === 'EADDRINUSE') {
    return new CommandError(
      `PORT: ${host}:${port} is taken. Choose another with --port; 0 takes any free one.`,
    )
  }
  if (code === 'EACCES')
    return new CommandError(`PORT: this user may not listen on ${port}. Choose one above 1023.`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CommandError(
      `HOST: ${host} is no address of this machine. 127.0.0.1 is this machine alone, 0.0.0.0 all its addresses.`,
    )
  }
  return error
}
