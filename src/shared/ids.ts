import { V7Generator } from 'uuidv7'

/** The package's own source of random numbers asks the system anew for every other id, which takes longer than all the rest of one. */
const random = { words: new Uint32Array(1024), at: 1024 }

function nextUint32(): number {
  if (random.at === random.words.length) {
    crypto.getRandomValues(random.words)
    random.at = 0
  }
  return random.words[random.at++] as number
}

const generator = new V7Generator({ nextUint32 })

/** A new opaque identity (UUIDv7, RFC 9562): grows with time, so that new rows land at the end of their index. */
export function newId(): string {
  return generator.generate().toString()
}
