/** Offsets of zones by name, in minutes. */
const offsets: Record<string, number> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  IST: 330,
  CET: 60,
  CEST: 120,
  MET: 60,
  MEST: 120,
  MEZ: 60,
  MESZ: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  MSD: 240,
  TRT: 180,
  GST: 240,
  PKT: 300,
  ICT: 420,
  WIB: 420,
  SGT: 480,
  HKT: 480,
  MYT: 480,
  PHT: 480,
  AWST: 480,
  JST: 540,
  KST: 540,
  ACST: 570,
  ACDT: 630,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
  NST: -210,
  NDT: -150,
  AST: -240,
  ADT: -180,
  AT: -240,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  AKST: -540,
  AKDT: -480,
  HST: -600,
  BRT: -180,
  ART: -180,
  CLT: -240,
}
/** Said for both halves of a year. */
const places: Record<string, string> = {
  ET: 'America/New_York',
  CT: 'America/Chicago',
  MT: 'America/Denver',
  PT: 'America/Los_Angeles',
}
const numeric = /^(?:UTC|GMT|UT|Z)?\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?$/i
const furthestMinutes = 18 * 60

/** What a zone is off UTC at a time of its own clocks (milliseconds, as if they were UTC's); `undefined` for no zone. */
export function offsetIn(zone: string, local: number): number | undefined {
  const fixed = fixedOffset(zone)
  if (fixed !== undefined) return fixed
  const first = offsetAt(zone, local)
  // Where clocks are changed in between, the offset of the moment itself counts.
  return first === undefined ? undefined : offsetAt(zone, local - first * 60_000)
}

/** The offset that stands behind a time: `+0800`, `GMT+8`, `EST`, `Asia/Shanghai`. */
export function offsetOfZone(
  written: string,
  { zone, local }: { zone: string; local: number },
): number | undefined {
  const name = written.trim()
  // China's standard time has the letters of North America's central one.
  if (name.toUpperCase() === 'CST' && offsetIn(zone, local) === 480) return 480
  const place = places[name.toUpperCase()]
  return offsetIn(place ?? name, local)
}

function fixedOffset(zone: string): number | undefined {
  const [, sign, hours, minutes] = numeric.exec(zone) ?? []
  if (hours === undefined) return offsets[zone.toUpperCase()]
  const offset = Number(hours) * 60 + Number(minutes ?? 0)
  if (offset > furthestMinutes) return undefined
  return sign === '+' ? offset : -offset
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>()

function offsetAt(zone: string, time: number): number | undefined {
  const name = formatIn(zone)
    ?.formatToParts(time)
    .find((part) => part.type === 'timeZoneName')?.value
  if (name === undefined) return undefined
  return name === 'GMT' ? 0 : fixedOffset(name)
}

function formatIn(zone: string): Intl.DateTimeFormat | undefined {
  if (!zone.includes('/')) return undefined
  if (!formats.has(zone)) formats.set(zone, newFormat(zone))
  return formats.get(zone)
}

function newFormat(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
}
