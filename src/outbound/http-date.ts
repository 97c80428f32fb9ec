const weekday = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b/

/** The time of an HTTP date in its three forms (RFC 9110, 5.6.7), in milliseconds; `undefined` where it is none. */
export function httpDateMs(text: string): number | undefined {
  if (!weekday.test(text)) return undefined
  // The form of asctime names no zone, and is in UTC all the same.
  const ms = Date.parse(/\b(?:GMT|UTC)$/.test(text) ? text : `${text} GMT`)
  return Number.isNaN(ms) ? undefined : ms
}
