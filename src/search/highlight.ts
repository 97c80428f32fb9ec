import type { TextQuery } from '../text-index/query.ts'
export type Marked = { text: string; html: string; ranges: { start: number; end: number }[] }
export function markText(
  _text: string,
  _query: TextQuery,
  _field: 'title' | 'summary' | 'body',
): Marked | undefined {
  return undefined
}
export function snippetOf(_text: string, _query: TextQuery, _length?: number): Marked | undefined {
  return undefined
}
