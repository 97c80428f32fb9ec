const maxBytes = 4 * 1024 * 1024

/** Looks at the first line of a stream, and answers it along with the stream, still whole. */
export async function firstLine(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ line: string; bytes: AsyncIterable<Uint8Array> }> {
  const iterator = stream[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let length = 0
  for (let end = -1; end < 0 && length < maxBytes; ) {
    const { value, done } = await iterator.next()
    if (done) break
    end = value.indexOf(10)
    seen.push(value)
    length += value.length
  }
  const [line = ''] = Buffer.concat(seen).toString('utf8').split('\n', 1)
  async function* whole() {
    yield* seen
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { line, bytes: whole() }
}
