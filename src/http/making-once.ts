/** A reader who is slow to take the answer that others wait for holds them up no longer than this. */
const waitsForAtMostMs = 1000

type Making = { waiting: (() => void)[]; timer?: NodeJS.Timeout }

/** Who asks for what another request is making waits for that, instead of making it a second time. */
export function makingOnce(atMostMs = waitsForAtMostMs) {
  const underWay = new Map<string, Making>()

  function end(name: string, making: Making): void {
    if (underWay.get(name) !== making) return
    underWay.delete(name)
    clearTimeout(making.timer)
    for (const goOn of making.waiting) goOn()
  }

  return {
    /** Answers false where nobody is making it. Else `goOn` is called once it is made, or cannot be, or takes too long. */
    wait(name: string, goOn: () => void): boolean {
      const making = underWay.get(name)
      if (!making) return false
      making.timer ??= setTimeout(() => end(name, making), atMostMs)
      making.waiting.push(goOn)
      return true
    },
    /** Answers how to say that it is made, or will not be. */
    begin(name: string): () => void {
      const making: Making = { waiting: [] }
      underWay.set(name, making)
      return () => end(name, making)
    },
  }
}
