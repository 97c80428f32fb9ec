import { stemmer } from 'stemmer'

/** A text without its amounts, and the amounts, each written in one way whatever the language. */
export type Amounts = { amounts: string[]; rest: string }

const scales: Record<string, number> = {
  百: 1e2,
  千: 1e3,
  万: 1e4,
  十万: 1e5,
  百万: 1e6,
  千万: 1e7,
  亿: 1e8,
  十亿: 1e9,
  百亿: 1e10,
  千亿: 1e11,
  万亿: 1e12,
  兆: 1e12,
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
  t: 1e12,
  tn: 1e12,
  trillion: 1e12,
}
const currencies: Record<string, string> = {
  $: 'usd',
  us$: 'usd',
  美元: 'usd',
  美金: 'usd',
  dollar: 'usd',
  usd: 'usd',
  '€': 'eur',
  欧元: 'eur',
  euro: 'eur',
  eur: 'eur',
  '£': 'gbp',
  英镑: 'gbp',
  pound: 'gbp',
  gbp: 'gbp',
  '¥': 'cny',
  元: 'cny',
  人民币: 'cny',
  元人民币: 'cny',
  yuan: 'cny',
  rmb: 'cny',
  cny: 'cny',
  日元: 'jpy',
  yen: 'jpy',
  jpy: 'jpy',
  韩元: 'krw',
  won: 'krw',
  krw: 'krw',
  hk$: 'hkd',
  港元: 'hkd',
  港币: 'hkd',
  hkd: 'hkd',
  '₹': 'inr',
  卢比: 'inr',
  rupee: 'inr',
  inr: 'inr',
}
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const monthName =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'

const number = String.raw`(?<![\p{L}\d.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)`
const sign = String.raw`(us\$|hk\$|[$€£¥₹])?\s?`
const hanScale = '(万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千|百)'
const hanUnit = '(美元|美金|欧元|英镑|元人民币|人民币|日元|韩元|港元|港币|卢比|元)'
const word = String.raw`(thousand|million|mn|m|billion|bn|b|trillion|tn|t|k)(?![\p{L}\d])`
const unit = String.raw`(?:(?:us )?(dollar|euro|pound|rupee)s?|(usd|eur|gbp|yuan|rmb|cny|yen|jpy|won|krw|hkd|inr))(?![\p{L}\d])`

const amountForm = new RegExp(
  `${sign}${number}(?:\\s?${hanScale}余?|[\\s-]?${word})?(?:\\s?${hanUnit}|[\\s-]?${unit})?`,
  'gu',
)
const percentForm = new RegExp(
  `${number}\\s?(?:%|percent(?:age points?)?(?!\\p{L})|per cent(?!\\p{L})|个百分点)`,
  'gu',
)
const hanPercentForm = /百分之\s?(\d+(?:\.\d+)?)/gu
const hanDate = /(?<!\d)(1[0-2]|[1-9])\s?月(?:\s?([12]\d|3[01]|[1-9])\s?[日号])?/gu
const dayAndMonth = new RegExp(
  `(?<!\\p{L})${monthName}\\.?(?:\\s(\\d{1,2})(?:st|nd|rd|th)?(?![\\d:]))(?!\\p{L})`,
  'gu',
)
const monthAndDay = new RegExp(`(?<![\\d.])(\\d{1,2})(?:st|nd|rd|th)?(?: of)?\\s${monthName}(?!\\p{L})`, 'gu')

/** Of the Traditional script what amounts are written with; folding for search would lose the signs of currencies. */
const simplified: Record<string, string> = {
  萬: '万',
  億: '亿',
  歐: '欧',
  鎊: '镑',
  韓: '韩',
  幣: '币',
  號: '号',
  個: '个',
  點: '点',
}
const traditional = /[萬億歐鎊韓幣號個點]/g

/**
 * Takes the amounts out of a text, of which a lower-case rest is left: of 57 亿美元, $5.7B and 5.7 billion dollars it makes the same, and so of 4 月 20 日
 * and April 20. A plain number that is small is left to the words.
 */
export function takeAmounts(text: string): Amounts {
  if (!/\d/.test(text)) return { amounts: [], rest: text }
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(traditional, (character) => simplified[character] ?? character)
  const amounts: string[] = []
  const take = (amount: string) => {
    amounts.push(amount)
    return ' '
  }
  const rest = plain
    .replace(percentForm, (_, digits: string) => take(`${rounded(digits)}%`))
    .replace(hanPercentForm, (_, digits: string) => take(`${rounded(digits)}%`))
    .replace(hanDate, (_, month: string, day?: string) => take(dateOf(Number(month), day)))
    .replace(dayAndMonth, (_, month: string, day: string) => take(dateOf(monthOf(month), day)))
    .replace(monthAndDay, (_, day: string, month: string) => take(dateOf(monthOf(month), day)))
    .replace(amountForm, (found, before, digits, scale, english, hanCurrency, dollars, code) => {
      const currency = currencies[before ?? hanCurrency ?? dollars ?? code ?? ''] ?? ''
      const factor = scales[scale ?? english ?? ''] ?? 1
      const grouped = digits.includes(',')
      if (currency === '' && factor === 1 && !grouped) return found
      return take(`${currency}${rounded(digits, factor)}`)
    })
  return { amounts, rest }
}

/** Rounded, because a translation rounds. */
function rounded(digits: string, factor = 1): string {
  return String(Number((Number(digits.replaceAll(',', '')) * factor).toPrecision(4)))
}

const monthOf = (name: string) => months.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1
const dateOf = (month: number, day?: string) =>
  day ? `${month}-${Number(day)}` : stemmer(months[month - 1] ?? '')
