const numbers = /[a-z]*\d+(?:[.,]\d+)*[a-z]*/g
/** Of a specification: many things have 8 GB or 120 Hz, and are told apart by other numbers. */
const measured = /(?:[kmgt]b|[mg]?hz|[nmck]?m|k?g|w|wh|mah|tops)$/
const amount = /^[\d.,]+/

/** The numbers and model names of a title: `60` of "$60B", `k90` and `2999` of "K90 发布，2999 元起". */
export function numbersOf(title: string): Set<string> {
  const found = title.normalize('NFKC').toLowerCase().match(numbers) ?? []
  return new Set(
    found.filter((number) => !measured.test(number)).map((number) => number.match(amount)?.[0] ?? number),
  )
}

/** Whether both titles have numbers, and none in common: two models of a brand, two quarters, two prices. */
export function numbersDisagree(one: Set<string>, other: Set<string>): boolean {
  return one.size > 0 && other.size > 0 && one.isDisjointFrom(other)
}

/** Whether one title names what the other begins with, as titles of company notices begin with the company. */
export function haveOneSubject(one: string, other: string): boolean {
  return names(other, subjectOf(one)) || names(one, subjectOf(other))
}

/** The first word where it is of an alphabet, else the first two characters, which tell companies apart. */
function subjectOf(title: string): string {
  const start = title.replace(/^(?:[^\p{L}\p{N}]|ST)+/u, '')
  return start.match(/^[\p{Script=Latin}\p{N}]+/u)?.[0] ?? start.slice(0, 2)
}

const names = (title: string, subject: string) =>
  subject !== '' && title.toLowerCase().includes(subject.toLowerCase())
