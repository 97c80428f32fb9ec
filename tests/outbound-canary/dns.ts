import { createSocket } from 'node:dgram'
import ipaddr from 'ipaddr.js'

export type Answer = { type: 'A' | 'AAAA' | 'CNAME'; data: string; owner?: string }
/** What a name has; `undefined` where there is no such name. Of other types than the asked one only CNAMEs are sent. */
export type Zone = (name: string, type: string) => Answer[] | undefined

const types: Record<string, number> = { A: 1, CNAME: 5, AAAA: 28 }
const nameOfType = (number: number) => Object.keys(types).find((name) => types[name] === number) ?? 'other'

/** A name server of our own (RFC 1035) that nothing is kept of: the time to live is 0. */
export async function startDns(zone: Zone): Promise<void> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => socket.send(answerTo(query, zone), port, address))
  await new Promise<void>((resolve) => socket.bind(53, '127.0.0.1', resolve))
}

function answerTo(query: Buffer, zone: Zone): Buffer {
  const { name, end } = nameIn(query, 12)
  const type = nameOfType(query.readUInt16BE(end))
  const found = zone(name.toLowerCase(), type)
  const records = (found ?? []).filter((answer) => answer.type === type || answer.type === 'CNAME')
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  // An answer to what was asked, of who knows, with recursion; 3 is "no such name".
  head.writeUInt16BE(found ? 0x8580 : 0x8583, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  return Buffer.concat([head, query.subarray(12, end + 4), ...records.map((record) => written(record, name))])
}

function nameIn(message: Buffer, at: number): { name: string; end: number } {
  const labels: string[] = []
  let end = at
  for (let length = message[end] ?? 0; length > 0; length = message[end] ?? 0) {
    labels.push(message.toString('latin1', end + 1, end + 1 + length))
    end += 1 + length
  }
  return { name: labels.join('.'), end: end + 1 }
}

function written({ type, data, owner }: Answer, asked: string): Buffer {
  const content = type === 'CNAME' ? nameBytes(data) : Buffer.from(ipaddr.parse(data).toByteArray())
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(types[type] as number, 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt16BE(content.length, 8)
  return Buffer.concat([nameBytes(owner ?? asked), fixed, content])
}

function nameBytes(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'))
  return Buffer.concat([...labels, Buffer.alloc(1)])
}
