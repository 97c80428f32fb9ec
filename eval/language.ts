import { guessLanguage } from '../src/shared/guessed-language.ts'
import { languageOfScript } from '../src/shared/language.ts'
import { readLines } from './data.ts'
import type { Result } from './run.ts'

type Line = { lang: string; text: string }

/** The language of a headline alone, without a source that would tell. */
export async function* languageResults(): AsyncGenerator<Result> {
  const lines = readLines<Line>('language-titles.jsonl')
  const right = ({ lang, text }: Line) => (languageOfScript(text) ?? guessLanguage(text) ?? 'en') === lang
  const share = (chosen: Line[]) => chosen.filter(right).length / chosen.length
  const both = lines.filter(({ lang }) => lang === 'zh' || lang === 'en')
  yield { row: 9, metric: 'language of titles, zh and en', n: both.length, value: share(both), goal: 0.995 }
  yield { row: 9, metric: 'language of titles, all', n: lines.length, value: share(lines), goal: 0.99 }
}
