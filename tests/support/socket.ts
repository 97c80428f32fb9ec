import { connect } from 'node:net'
import type { Headers } from './contract.ts'

export type RawReply = { status: number; headers: Headers; text: string }

/** Writes bytes on a connection and answers what came back before it closed: `[]` where nothing did. */
export async function exchange(address: string, bytes: string | Buffer): Promise<RawReply[]> {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  const chunks: Uint8Array[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {})
  socket.setTimeout(5_000, () => socket.destroy(new Error('No end within 5 seconds.')))
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return repliesIn(Buffer.concat(chunks))
}

function repliesIn(bytes: Buffer): RawReply[] {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return []
  const [first = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n')
  const status = Number(first.split(' ')[1])
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const body = bytes.subarray(end + 4)
  const length = status < 200 ? 0 : Number(headers['content-length'] ?? body.length)
  return [{ status, headers, text: body.subarray(0, length).toString() }, ...repliesIn(body.subarray(length))]
}
