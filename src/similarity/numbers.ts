import { folded } from '../text-index/folding.ts'

const number = /\d+(?:[.,]\d+)*/g
const thousands = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/

/** The numbers of a text, each once: of `1,200`, `１２００` and `1200.0` one. Also those in names, as of iPhone 17 and M5. */
export function numbersIn(text: string): Set<string> {
  const found = folded(text).text.match(number) ?? []
  return new Set(
    found.flatMap((written) => (thousands.test(written) ? plain(written) : written.split(',').map(plain))),
  )
}

/** Whether each of two texts has a number that the other has not. One that only leaves numbers out does not disagree. */
export function disagree(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return !a.isSubsetOf(b) && !b.isSubsetOf(a)
}

/** The part of the numbers of whichever text has fewer that the other has as well; 1 where it has none. */
export function sharedNumbers(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const fewer = Math.min(a.size, b.size)
  return fewer === 0 ? 1 : a.intersection(b).size / fewer
}

function plain(written: string): string {
  const digits = written.replaceAll(',', '').replace(/^0+(?=\d)/, '')
  return digits.includes('.') && digits.split('.').length === 2 ? digits.replace(/\.?0+$/, '') : digits
}
