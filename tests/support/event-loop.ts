/**
 * The longest time for which the event loop of this thread has been held by work since it was last asked, in milliseconds of CPU:
 * a machine that is busy with others holds it too, and that is not what tests ask for.
 */
export function watchEventLoop(): { longestHoldMs(): number; stop(): void } {
  let before = process.threadCpuUsage()
  let longest = 0
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before)
    longest = Math.max(longest, (user + system) / 1000)
    before = process.threadCpuUsage()
  }, 5)
  return {
    longestHoldMs() {
      const ms = longest
      longest = 0
      return ms
    },
    stop: () => clearInterval(timer),
  }
}
