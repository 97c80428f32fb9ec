import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { loadSample } from '../../src/main/sample.ts'
import { rebuildRelations } from '../../src/stories/relating/rebuild.ts'
import { type Api, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import type { Engine } from '../support/engines.ts'
import { environment } from '../support/environment.ts'
import { newsweave } from '../support/newsweave.ts'

export const root = join(import.meta.dirname, '../..')
const cli = join(root, 'src/main/cli.js')
// biome-ignore lint/suspicious/noExplicitAny: each tool has a schema of its own, by which the client has checked it.
export type Result = { isError?: boolean; text: string; structured: any }

export async function call(client: Client, name: string, args: object = {}): Promise<Result> {
  const { isError, content, structuredContent } = await client.callTool({ name, arguments: { ...args } })
  const text = (content as { text: string }[]).map((part) => part.text).join('\n')
  return { ...(isError === true && { isError }), text, structured: structuredContent }
}

/** A newsroom with its relations, as another process reads it, and an API that writes to it. */
export async function newsroom(engine: Engine): Promise<{ api: Api; url: string }> {
  const url = await engine.create('schema')
  const database = engine.connect(url)
  await loadSample(database)
  await rebuildRelations(database, { all: true }, () => {})
  return { api: await startApi(database), url }
}

export async function overStdio(env: Record<string, string>, ...args: string[]): Promise<Client> {
  const client = new Client({ name: 'tests', version: '1' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [cli, 'mcp', ...args],
    env: environment(env),
    cwd: '/',
    stderr: 'inherit',
  })
  await client.connect(transport)
  atEnd(() => client.close())
  // Schemas of what tools answer are known, and checked, from here on.
  await client.listTools()
  return client
}

export async function overHttp(url: string, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client({ name: 'tests', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } })
  await client.connect(transport as never)
  atEnd(() => client.close())
  await client.listTools()
  return client
}

export async function startHttp(env: Record<string, string>) {
  const program = newsweave(['mcp', '--http', '--port', '0'], { env })
  const [, url = ''] = await program.printed(/^Agents may read at (http:\S+)\/mcp$/m)
  return { program, url }
}
