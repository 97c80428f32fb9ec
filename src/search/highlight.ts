import { escapeHtml } from '../http/page.ts'
import { type Phrase, type Prefix, type TextQuery, termsIn } from '../text-index/query.ts'
import { termsOf } from '../text-index/terms.ts'
import { type Match, matchesIn, wanted } from './matches.ts'
import { bestWindow, pieceAround, type Window } from './windows.ts'

export type Range = { start: number; end: number }

/** `html` is the text escaped, with `<mark>` around the ranges. These are offsets in `text`, in UTF-16 code units. */
export type Marked = { text: string; html: string; ranges: Range[] }

/** The matched words of a short text, such as a title or a summary; `undefined` where nothing matches. */
export function markText(
  text: string,
  query: TextQuery,
  field: 'title' | 'summary' | 'body',
): Marked | undefined {
  const leaves = termsIn(query).filter(({ inTitle }) => !inTitle || field === 'title')
  return leaves.length > 0 ? marked(text, matchesIn(termsOf(text), wanted(leaves))) : undefined
}

/**
 * The piece of a long text that shows most of what was asked for, of about `length` characters: from the start of a
 * sentence or a word to the end of one, with … where it was cut and a blank for each line break.
 */
export function snippetOf(text: string, query: TextQuery, length = 200): Marked | undefined {
  const leaves = termsIn(query).filter(({ inTitle }) => !inTitle)
  const window = leaves.length > 0 ? windowIn(text, leaves, length) : undefined
  if (!window) return undefined
  const { start, end } = pieceAround(text, window, length)
  // Read once more, since the piece may reach behind what was read; a match that is longer than it is cut.
  const whole = text.slice(start, Math.max(end, window.end))
  const found = matchesIn(termsOf(whole), wanted(leaves)).filter((match) => match.start < end - start)
  const before = start > 0 ? '…' : ''
  const ranges = found.map((match) => ({
    start: match.start + before.length,
    end: Math.min(match.end, end - start) + before.length,
  }))
  const piece = text.slice(start, end).replace(/\s/g, ' ')
  return marked(before + piece + (end < text.length ? '…' : ''), ranges)
}

const chunkLength = 8000
/** Read twice, so that a phrase on the border of two chunks is seen whole. */
const overlap = 200
/** About 15 ms of work: Han characters make more terms than letters do. What matches only behind that has no snippet. */
const maxTerms = 80_000
const maxLength = 200_000

/**
 * The text is read in chunks, and no further than one piece holds all that was asked for: none later can show more. A
 * body in which something is missing is read up to a bound.
 */
function windowIn(text: string, leaves: (Phrase | Prefix)[], length: number): Window | undefined {
  const concepts = new Set(leaves.map(({ start }) => start)).size
  const sought = wanted(leaves)
  let best: Window | undefined
  let recent: Match[] = []
  let terms = 0
  let from = 0
  const end = Math.min(text.length, maxLength)
  while (from < end && terms < maxTerms && best?.concepts !== concepts) {
    const isLast = from + chunkLength >= text.length
    const next = isLast ? text.length : borderBefore(text, from + chunkLength - overlap)
    const read = termsOf(text.slice(from, isLast ? next : next + overlap))
    terms += read.length
    const found = matchesIn(read, sought).map((match) => movedBy(match, from))
    recent = [...recent, ...found.filter(({ start }) => start < next)]
    const window = bestWindow(recent, length)
    if (window && window.score > (best?.score ?? 0)) best = window
    recent = recent.filter(({ start }) => start >= next - length)
    from = next
  }
  return best
}

const movedBy = (match: Match, offset: number): Match => ({
  ...match,
  start: match.start + offset,
  end: match.end + offset,
})

/** A place between two words; where there is none near, at least none within a character. */
function borderBefore(text: string, at: number): number {
  for (let border = at; border > at - 100; border--) if (/\s/.test(text.charAt(border))) return border
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at
}

function marked(text: string, found: Range[]): Marked | undefined {
  if (found.length === 0) return undefined
  const ranges = merged(found)
  let html = ''
  let at = 0
  for (const { start, end } of ranges) {
    html += `${escapeHtml(text.slice(at, start))}<mark>${escapeHtml(text.slice(start, end))}</mark>`
    at = end
  }
  return { text, html: html + escapeHtml(text.slice(at)), ranges }
}

/** What overlaps or touches is one. */
function merged(found: Range[]): Range[] {
  const ranges: Range[] = []
  for (const { start, end } of found.toSorted((a, b) => a.start - b.start)) {
    const last = ranges.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else ranges.push({ start, end })
  }
  return ranges
}
