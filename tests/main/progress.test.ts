import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { progressBar } from '../../src/main/progress.ts'

let written: string
const output = (isTTY: boolean) => ({
  isTTY: isTTY as true,
  columns: 200,
  write: (text: unknown) => {
    written += text
    return true
  },
})

beforeEach(() => {
  written = ''
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => void vi.useRealTimers())

describe('progress', () => {
  it('redraws one line on a terminal, with percent and rate, ten times a second at most', () => {
    vi.advanceTimersByTime(1000)
    const bar = progressBar('Importing', 'lines', output(true))
    vi.advanceTimersByTime(2000)
    bar.update(500, 2000)
    bar.update(501, 2000)
    expect(written).toBe(
      `\r\x1b[KImporting  ${'█'.repeat(6)}${'░'.repeat(18)}  25 %  500 of 2000 lines  250 lines/s`,
    )
    vi.advanceTimersByTime(2000)
    bar.update(2000, 2000)
    expect(written).toContain('100 %  2000 of 2000 lines  500 lines/s')
    bar.end()
    expect(written.endsWith('\r\x1b[K')).toBe(true)
    expect(written).not.toContain('\n')
  })

  it('shows count and rate where the end is not known', () => {
    const bar = progressBar('Importing', 'lines', output(true))
    vi.advanceTimersByTime(10_000)
    bar.update(1_250_000)
    expect(written).toBe('\r\x1b[KImporting  1.3M lines  125K lines/s')
  })

  it('prints a line now and then where nobody watches, and none for what is quick', () => {
    const bar = progressBar('Exporting', 'articles', output(false))
    vi.advanceTimersByTime(5_000)
    bar.update(10, 20)
    expect(written).toBe('')
    vi.advanceTimersByTime(6_000)
    bar.update(15, 20)
    expect(written).toMatch(/^Exporting .* 75 % .* articles\/s\n$/)
    written = ''
    bar.update(20, 20)
    bar.update(20, 20)
    bar.end()
    expect(written).toMatch(/^Exporting .* 100 % .* articles\/s\n$/)
  })
})
