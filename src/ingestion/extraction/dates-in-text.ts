export type Reading = { zone: string | null; now: Date; monthFirst?: boolean }

type Found = { index: number; end: number; year: number; month: number; day: number }

const months = [
  'jan|january|januar|jänner|janvier|janv|enero|ene|gennaio',
  'feb|february|februar|février|févr|febrero|febbraio',
  'mar|march|märz|mär|mrz|mars|marzo',
  'apr|april|avril|avr|abril|abr|aprile',
  'may|mai|mayo|maggio|mei',
  'jun|june|juni|juin|junio|giugno',
  'jul|july|juli|juillet|juil|julio|luglio',
  'aug|august|août|agosto|ago|augustus',
  'sep|sept|september|septembre|septiembre|settembre',
  'oct|okt|october|oktober|octobre|octubre|ottobre',
  'nov|november|novembre|noviembre',
  'dec|dez|december|dezember|décembre|déc|diciembre|dic|dicembre',
].map((names) => names.split('|'))
const monthNumbers = new Map(months.flatMap((names, index) => names.map((name) => [name, index + 1])))
const monthName = `(${[...monthNumbers.keys()].sort((a, b) => b.length - a.length).join('|')})`

/** Each has a year, a month and a day by name; none repeats without bound, so that no text makes them slow. */
const yearFirst =
  /(?<![\d.])(?<year>(?:19|20)\d{2})\s?[-/.年]\s?(?<month>\d{1,2})\s?[-/.月]\s?(?<day>\d{1,2})(?!\d)日?/u
const dayThenName = new RegExp(
  `(?<!\\d)(?<day>\\d{1,2})(?:st|nd|rd|th|er|º)?[.\\s-]{1,3}(?:de\\s|of\\s)?(?<month>${monthName})[.,\\s-]{1,3}(?:de\\s|del\\s)?(?<year>(?:19|20)\\d{2})(?!\\d)`,
  'iu',
)
const nameThenDay = new RegExp(
  `(?<!\\p{L})(?<month>${monthName})[.\\s]{1,2}(?<day>\\d{1,2})(?:st|nd|rd|th)?[,\\s]{1,3}(?<year>(?:19|20)\\d{2})(?!\\d)`,
  'iu',
)
const numbersLast =
  /(?<![\d./-])(?<first>\d{1,2})\s?[./-]\s?(?<second>\d{1,2})\s?[./-]\s?(?<year>(?:19|20)\d{2})(?!\d)/u
const timeOfDay =
  /^[\s,，T|·•∙.\-–(（/]{0,4}(?:(?:at|um|à|alle|ore|klo|kl\.?|周.|星期.|mon|tue|wed|thu|fri|sat|sun)[\s,]{0,2})?(上午|下午|晚上|中午|凌晨)?\s?(\d{1,2})[:：.h时](\d{2})(?:[:：分](\d{2}))?(?:[.,]\d{1,9})?秒?\s{0,2}([ap]\.?m\b)?\s{0,2}(Z\b|UTC|GMT|[+-]\d{2}:?\d{2}|[ECMP][SD]T\b|CES?T\b)?/iu

/** The first date in a text, with the time that follows it, as RFC 3339 in UTC; what names no zone is in `zone`. */
export function findDate(text: string, reading: Reading): string | undefined {
  const found = [yearFirst, dayThenName, nameThenDay, numbersLast]
    .flatMap((pattern) => dateIn(pattern, text, reading.monthFirst ?? false) ?? [])
    .sort((a, b) => a.index - b.index)[0]
  if (!found) return findRecent(text, reading)
  const time = timeOfDay.exec(text.slice(found.end))
  return instantOf({ ...found, ...clockOf(time) }, offsetOf(time?.[6]) ?? reading.zone, reading.now)
}

function dateIn(pattern: RegExp, text: string, monthFirst: boolean): Found | undefined {
  const match = pattern.exec(text)
  if (!match?.groups) return undefined
  const { year, month, day, first, second } = match.groups
  const [a, b] = [Number(first), Number(second)]
  const swapped = monthFirst ? b <= 31 && a <= 12 : b > 12
  return {
    index: match.index,
    end: match.index + match[0].length,
    year: Number(year),
    month: month ? monthOf(month) : swapped ? a : b,
    day: day ? Number(day) : swapped ? b : a,
  }
}

const monthOf = (month: string) => monthNumbers.get(month.toLowerCase()) ?? Number(month)

function clockOf(time: RegExpExecArray | null): { hour: number; minute: number; second: number } {
  if (!time) return { hour: 0, minute: 0, second: 0 }
  const hour = Number(time[2])
  const afternoon = /下午|晚上|^p/i.test(`${time[1] ?? ''}${time[5] ?? ''}`) && hour < 12
  const midnight = /^a/i.test(time[5] ?? '') && hour === 12
  return {
    hour: afternoon ? hour + 12 : midnight ? 0 : hour,
    minute: Number(time[3]),
    second: Number(time[4] ?? 0),
  }
}

const abbreviations: Record<string, string> = {
  Z: '+00:00',
  UTC: '+00:00',
  GMT: '+00:00',
  EST: '-05:00',
  EDT: '-04:00',
  CST: '-06:00',
  CDT: '-05:00',
  MST: '-07:00',
  MDT: '-06:00',
  PST: '-08:00',
  PDT: '-07:00',
  CET: '+01:00',
  CEST: '+02:00',
}

function offsetOf(zone: string | undefined): string | undefined {
  if (!zone) return undefined
  return abbreviations[zone.toUpperCase()] ?? zone.replace(/(\d{2}):?(\d{2})$/, '$1:$2')
}

const aDayMs = 86_400_000

function instantOf(parts: Temporal.PlainDateTimeLike, zone: string | null, now: Date): string | undefined {
  try {
    const local = Temporal.PlainDateTime.from(parts, { overflow: 'reject' })
    const at = local.toZonedDateTime(zone ?? 'UTC').epochMilliseconds
    // What lies further ahead than any time zone is the date of something else.
    return at <= now.getTime() + aDayMs ? new Date(at).toISOString() : undefined
  } catch {
    return undefined
  }
}

const unitsMs: Record<string, number> = { 秒: 1000, 分钟: 60_000, 小时: 3_600_000, 天: aDayMs }
const daysBack: Record<string, number> = { 今天: 0, 今日: 0, 昨天: 1, 昨日: 1, 前天: 2 }

/** `3小时前`, `昨天 14:08`, `11月23日`: what is told from today. */
function findRecent(text: string, { zone, now }: Reading): string | undefined {
  const ago = /(\d{1,3})\s?(秒|分钟|小时|天)前/u.exec(text)
  if (ago) return new Date(now.getTime() - Number(ago[1]) * (unitsMs[ago[2] ?? ''] ?? 0)).toISOString()
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(zone ?? 'UTC')
    .toPlainDate()
  const back = /(今天|今日|昨天|昨日|前天)/u.exec(text)
  const named = /(?<!\d)(\d{1,2})月(\d{1,2})日/u.exec(text)
  const match = back ?? named
  if (!match) return undefined
  const time = clockOf(timeOfDay.exec(text.slice(match.index + match[0].length)))
  const { year, month, day } = back
    ? today.subtract({ days: daysBack[back[1] ?? ''] ?? 0 })
    : { year: today.year, month: Number(named?.[1]), day: Number(named?.[2]) }
  return (
    instantOf({ year, month, day, ...time }, zone, now) ??
    instantOf({ year: year - 1, month, day, ...time }, zone, now)
  )
}
