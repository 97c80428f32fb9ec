const offset = /^[+-](?:0\d|1[0-4]):[0-5]\d$/

/** Whether this names a time zone: as IANA does (`Asia/Shanghai`), or by its distance from UTC (`+08:00`). */
export function isTimeZone(name: string): boolean {
  return offset.test(name) || (/^[A-Za-z]/.test(name) && isNamed(name))
}

function isNamed(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}
