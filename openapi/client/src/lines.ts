/** The values of an NDJSON body, as they come. A reader that stops early ends the transfer. */
export async function* parseLines<Value>(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Value, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let done = false; !done; ) {
      const chunk = await reader.read()
      done = chunk.done
      const lines = (rest + decoder.decode(chunk.value, { stream: !done })).split('\n')
      rest = done ? '' : (lines.pop() ?? '')
      for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as Value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** All of a stream that is known to be small. */
export async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = []
  for await (const value of values) collected.push(value)
  return collected
}
