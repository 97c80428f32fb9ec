import type { Match } from './matches.ts'

/** A stretch of a text and how many of the things asked for it shows. */
export type Window = { start: number; end: number; concepts: number; score: number }

/**
 * The first stretch of at most `length` that shows most things; among equals, the one that shows them more often. Matches
 * come in the order of their starts.
 */
export function bestWindow(sorted: Match[], length: number): Window | undefined {
  const shown = new Map<number, number>()
  let best: Window | undefined
  let next = 0
  sorted.forEach((first, index) => {
    for (let match = sorted[next]; match && fits(first, match, length); match = sorted[++next])
      shown.set(match.concept, (shown.get(match.concept) ?? 0) + 1)
    const score = shown.size * 10 + Math.min(next - index, 9)
    if (score > (best?.score ?? 0)) {
      const last = sorted[next - 1] ?? first
      best = { start: first.start, end: last.end, concepts: shown.size, score }
    }
    const left = (shown.get(first.concept) ?? 0) - 1
    if (left > 0) shown.set(first.concept, left)
    else shown.delete(first.concept)
  })
  return best
}

/** A match longer than a whole piece is shown by its beginning. */
const fits = (first: Match, match: Match, length: number) =>
  match === first || match.end - first.start <= length

const sentenceEnd = /[。！？!?…\n]["”’」』）)]*\s*|\.\s+/g
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** The piece to show: the window, and as much around it as there is room for. */
export function pieceAround(text: string, window: Window, length: number): { start: number; end: number } {
  if (text.length <= length) return { start: 0, end: text.length }
  const room = Math.max(0, length - (window.end - window.start))
  // Where the text ends soon, the room behind it is given to what stands before.
  const latest = text.length - length
  const earliest = Math.max(0, Math.min(window.start - Math.floor(room * 0.7), latest))
  const sentence = sentenceStart(text, earliest, window.start, window.start > latest)
  const preferred = Math.min(window.start - Math.floor(room / 4), latest)
  const start = sentence ?? (preferred <= 0 ? 0 : wordStart(text, preferred, window.start))
  const end = Math.min(text.length, start + length)
  if (end === text.length) return { start, end: text.trimEnd().length }
  const splits = /[\uDC00-\uDFFF]/.test(text.charAt(end))
  const whole = splits ? end - 1 : end
  return { start, end: pieceEnd(text, Math.min(window.end, whole), whole) }
}

/** The last start of a sentence between two places, or the first. */
function sentenceStart(text: string, from: number, to: number, first: boolean): number | undefined {
  const ends = [...text.slice(from, to).matchAll(sentenceEnd)]
  if (from === 0 && (first || ends.length === 0)) return 0
  const end = first ? ends[0] : ends.at(-1)
  return end && from + end.index + end[0].length
}

/** The first place from `from` on at which a word begins. */
function wordStart(text: string, from: number, to: number): number {
  for (const border of borders(text, from - 30, to)) {
    if (border >= from && !/\s/.test(text.charAt(border))) return border
  }
  return to
}

/** The last end of a sentence that leaves most of the room used, or else of a word. */
function pieceEnd(text: string, from: number, to: number): number {
  const enough = Math.max(from, Math.floor(to - (to - from) / 3))
  const ends = [...text.slice(from, to).matchAll(sentenceEnd)].map(
    ({ index, 0: { length } }) => from + index + length,
  )
  const sentence = ends.findLast((end) => end >= enough)
  const end = sentence ?? borders(text, from, to + 30).findLast((border) => border <= to) ?? from
  return from + text.slice(from, end).trimEnd().length
}

/** Where words begin or end between two places, which are none by themselves. */
function borders(text: string, from: number, to: number): number[] {
  const start = Math.max(0, from)
  return [...segmenter.segment(text.slice(start, to))].map(({ index }) => start + index).slice(1)
}
