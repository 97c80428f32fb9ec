import { oneOf } from './random.ts'

/** What becomes of the first request for a feed from a moment on. */
export type Misfire = { at: number; kind: MisfireKind; retryAfterSeconds: number }

const kinds = [
  'limited',
  'limited until',
  'unavailable for a while',
  'unavailable',
  'broken',
  'reset',
  'silent',
  'cut',
  'shorter than said',
  'empty',
  'a page instead',
] as const
export type MisfireKind = (typeof kinds)[number]

const aDay = 0.7

/** A server fails every other day or so, in one way or another. */
export function misfiresOf(random: () => number, { from, days }: { from: number; days: number }): Misfire[] {
  const count = Math.floor(aDay * days + random())
  return Array.from({ length: count }, () => ({
    at: from + random() * days * 86_400_000,
    kind: oneOf(random, kinds),
    retryAfterSeconds: 600 + Math.floor(random() * 6600),
  })).sort((a, b) => a.at - b.at)
}
