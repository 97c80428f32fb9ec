import { beforeAll, describe, expect, it } from 'vitest'
import { onEveryEngine } from '../support/engines.ts'
import { names, type Operation, reads, rewrites } from './document.ts'
import { type Valid, validRequest } from './requests.ts'
import { openRoom, type Room } from './room.ts'

/** What is no version, and versions that there are not. */
const others = [
  '"v0"',
  '"v4711"',
  '"v"',
  '"v-1"',
  '"1"',
  '"x"',
  '""',
  'x',
  'W/"x"',
  ',',
  ' ',
  '"*"',
  '"v4711", "v0"',
]

const merges = ['mergeTag', 'mergeStory']
/** Sent again, these change nothing, and answer as before whatever the version. */
const repeatable = ['revokeKey', ...merges]

it('every write to something that is there takes If-Match', () => {
  const without = rewrites.filter(
    (write) => !names(write, 'header').includes('If-Match') || !write.responses[412],
  )
  expect(without.map(({ id }) => id)).toEqual([])
})

onEveryEngine('If-Match', (engine) => {
  let room: Room

  beforeAll(async () => {
    room = await openRoom(engine)
  })

  /** A request that succeeds, and the tag of what it writes to. */
  async function prepared(write: Operation) {
    const valid = await validRequest(room, write)
    const headers: Record<string, string> = write.types[0] ? { 'content-type': write.types[0] } : {}
    return {
      valid,
      etag: valid.etag ?? (await readTag(write, valid)),
      send: (ifMatch: string) => room.ask(write, { ...valid, headers: { ...headers, 'if-match': ifMatch } }),
    }
  }

  async function readTag(write: Operation, { params }: Valid): Promise<string> {
    const { headers } = await room.ask(whatTellsTheVersion(write), { params })
    return headers.etag
  }

  describe.each(rewrites)('of $method $path', (write) => {
    it('keeps what others have written since', async () => {
      const { valid, etag, send } = await prepared(write)
      const before = await room.seq()
      for (const ifMatch of [...others, `W/${etag}`, etag.slice(1, -1)]) {
        const answer = await send(ifMatch)
        expect(answer.status, ifMatch).toBe(412)
        expect(answer.body.errors[0]).toMatchObject({ in: 'header', path: 'if-match' })
        expect(version(answer.headers.etag)).toBe(version(etag))
      }
      expect(await room.seq()).toBe(before)
      if (!valid.etag) expect(await readTag(write, valid)).toBe(etag)
    })

    it('lets a write to the version that was read pass', async () => {
      for (const written of [
        (etag: string) => etag,
        (etag: string) => `"v0" , ${etag}`,
        (etag: string) => `${etag.slice(0, -1)}-gzip"`,
        () => '*',
      ]) {
        const { valid, etag, send } = await prepared(write)
        const answer = await send(written(etag))
        expect(answer.status).toBeLessThan(300)
        if (answer.status === 204) continue
        expect(answer.headers.etag).toMatch(/^"v\d+/)
        // One that withdraws leaves nothing to read.
        if (valid.etag || write.id === 'withdrawArticle' || merges.includes(write.id)) continue
        expect(answer.headers.etag).toBe(await readTag(write, valid))
        expect((await send(etag)).status, 'with the former version').toBe(412)
      }
    })

    it('lets one of two writers pass', async () => {
      const { etag, send } = await prepared(write)
      const answers = await Promise.all([send(etag), send(etag), send(etag)])
      const statuses = answers.map(({ status }) => status).sort()
      if (!repeatable.includes(write.id)) expect(statuses.filter((status) => status < 300)).toHaveLength(1)
      for (const status of statuses.slice(1)) expect([200, 204, 308, 404, 410, 412]).toContain(status)
    })
  })
})

/** The GET at the address of a write, or at the nearest one above it. */
function whatTellsTheVersion({ path }: Operation): Operation {
  const read = reads.find((candidate) => candidate.path === path)
  if (read) return read
  const above = reads
    .filter((candidate) => path.startsWith(`${candidate.path}/`) && candidate.path.endsWith('}'))
    .sort((a, b) => b.path.length - a.path.length)[0]
  if (!above) throw new Error(`No GET above ${path} tells a version.`)
  return above
}

const version = (etag = '') => /^"v(\d+)/.exec(etag)?.[1]
