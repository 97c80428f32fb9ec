import type { WriteStream } from 'node:tty'

type Output = Pick<WriteStream, 'write' | 'isTTY' | 'columns'>

export type Bar = {
  /** How far it is: `total` is 0 where nobody knows. */
  update(done: number, total?: number): void
  /** Removes the bar, or ends the line. */
  end(): void
}

const barWidth = 24
const drawEveryMs = 100
const tellEveryMs = 10_000

/**
 * How far a long work is, on stderr: a bar that redraws itself on a terminal, a line now and then elsewhere. Shows percent and
 * rate; `unit` is what is counted.
 */
export function progressBar(label: string, unit: string, output: Output = process.stderr): Bar {
  const began = performance.now()
  const intervalMs = output.isTTY ? drawEveryMs : tellEveryMs
  let shownAt = output.isTTY ? 0 : began
  let drawn = false
  let complete = false

  return {
    update(done, total = 0) {
      if (complete) return
      const now = performance.now()
      complete = total > 0 && done >= total && drawn
      if (now - shownAt < intervalMs && !complete) return
      shownAt = now
      drawn = true
      const text = describe(label, unit, { done, total, seconds: (now - began) / 1000 })
      output.write(output.isTTY ? `\r\x1b[K${text.slice(0, output.columns ?? 80)}` : `${text}\n`)
    },
    end() {
      if (drawn && output.isTTY) output.write('\r\x1b[K')
    },
  }
}

/** Shows the progress of one step after the other, as backups have them. */
export function progressOfSteps(output?: Output) {
  let bar: Bar | undefined
  return {
    report(step: string) {
      bar?.end()
      const next = progressBar(step, stepUnits[step] ?? 'rows', output)
      bar = next
      return (done: number, total: number) => next.update(done, total)
    },
    end: () => bar?.end(),
  }
}

const stepUnits: Record<string, string> = { Copying: 'pages', 'Hashing the copy': 'bytes' }

function describe(
  label: string,
  unit: string,
  { done, total, seconds }: { done: number; total: number; seconds: number },
): string {
  const rate = `${amount(seconds > 0 ? done / seconds : 0)} ${unit}/s`
  if (total === 0) return `${label}  ${amount(done)} ${unit}  ${rate}`
  const part = Math.min(1, done / total)
  const filled = Math.round(part * barWidth)
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  return `${label}  ${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${amount(done)} of ${amount(total)} ${unit}  ${rate}`
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

function amount(count: number): string {
  return count < 10_000 ? String(Math.round(count)) : compact.format(count)
}
