import { type Logger, pino } from 'pino'

export type LogEntry = { level: number; msg?: string; err?: { message: string; stack: string } } & Record<
  string,
  unknown
>

/** A logger whose entries a test can look at. */
export function memoryLog(level = 'trace'): { logger: Logger; entries: LogEntry[]; text(): string } {
  const lines: string[] = []
  const entries: LogEntry[] = []
  const write = (line: string) => {
    lines.push(line)
    entries.push(JSON.parse(line))
  }
  return { logger: pino({ level }, { write }), entries, text: () => lines.join('') }
}
