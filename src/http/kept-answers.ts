/** An answer ready to be sent: its bytes, which are JSON unless it says so, its validators, and what else its headers tell. */
export type ReadyAnswer = {
  body: Buffer
  etag: string
  link: string | undefined
  type?: string
  /** As `Last-Modified` has it. */
  lastModified?: string
  headers?: Record<string, string>
}

/** A form in which an answer is sent: the name of its encoding, `identity`, or 304 to whoever has it. */
export type Form = string

/** What went out: the headers of the answer, their names and values in turn, and the bytes, of which 304 has none. */
export type Sent = { status: number; headers: string[]; names: Set<string>; body?: Buffer }

export type KeptAnswer = ReadyAnswer & { version: number; sent: Map<Form, Sent> }

const maxBytesOfAll = 64 * 1024 * 1024
/** What an answer, and each form of it, costs beside the bytes. */
const overheadBytes = 1000

/** Answers by key, each for one version of the database, within a number of bytes: the oldest make room. */
export function keptAnswers(maxBytes = maxBytesOfAll) {
  const all = new Map<string, KeptAnswer>()
  let bytes = 0

  function remove(key: string, kept: KeptAnswer): void {
    all.delete(key)
    bytes -= sizeOf(kept)
  }

  function makeRoom(): void {
    for (const [key, kept] of all) {
      if (bytes <= maxBytes) return
      remove(key, kept)
    }
  }

  function find(key: string, version: number): KeptAnswer | undefined {
    const kept = all.get(key)
    return kept?.version === version ? kept : undefined
  }

  return {
    find,
    keep(key: string, version: number, answer: ReadyAnswer): void {
      if (find(key, version)) return
      const former = all.get(key)
      if (former) remove(key, former)
      const kept: KeptAnswer = { ...answer, version, sent: new Map() }
      all.set(key, kept)
      bytes += sizeOf(kept)
      makeRoom()
    },
    /** Keeps a form of an answer, unless the answer has made room meanwhile. */
    keepForm(key: string, version: number, form: Form, sent: Sent): void {
      const kept = find(key, version)
      if (!kept || kept.sent.has(form)) return
      kept.sent.set(form, sent)
      bytes += sizeOfForm(kept, sent)
      makeRoom()
    },
    bytes: () => bytes,
  }
}

function sizeOf(kept: KeptAnswer): number {
  let size = kept.body.length + overheadBytes
  for (const sent of kept.sent.values()) size += sizeOfForm(kept, sent)
  return size
}

function sizeOfForm({ body }: KeptAnswer, sent: Sent): number {
  return overheadBytes + (sent.body === undefined || sent.body === body ? 0 : sent.body.length)
}
