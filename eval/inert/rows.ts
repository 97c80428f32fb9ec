import type { Row } from '../feeds/row.ts'
import { findChromium, fire } from './browser.ts'
import { payloads } from './payloads.ts'
import { vectors } from './vectors.ts'

/** Some vectors are of browsers that are gone; fewer than this, and the page does not notice what fires. */
const mostFire = 0.6

/** What Chromium makes of stored HTML, and of the same texts unsanitised, without which the first says nothing. */
export async function inertRows(): Promise<Row[]> {
  const chromium = findChromium()
  const names = ['stored HTML inert in Chromium: fired', 'the same unsanitised (control): fired']
  const all = payloads()
  if (!chromium) {
    const note = 'no Chromium: install it (apt install chromium), or name it in NEWSWEAVE_CHROMIUM'
    return [{ name: names[0] as string, value: Number.NaN, goal: 0, n: all.length, atMost: true, note }]
  }
  const stored = await fire(
    chromium,
    all.map((payload) => payload.stored),
  )
  const unsanitised = [...new Map(all.map(({ raw, stored }) => [raw, { ...stored, html: raw }])).values()]
  const raw = await fire(chromium, unsanitised)
  const note = stored
    .slice(0, 3)
    .map(({ index, what }) => `${what}: ${all[index]?.raw.slice(0, 200)}`)
    .join('; ')
  return [
    {
      name: names[0] as string,
      value: stored.length,
      goal: 0,
      n: all.length,
      atMost: true,
      ...(note && { note }),
    },
    {
      name: names[1] as string,
      value: raw.length,
      goal: Math.ceil(vectors.length * mostFire),
      n: unsanitised.length,
    },
  ]
}
