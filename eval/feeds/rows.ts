import { damageRows } from './damage.ts'
import { encodingRows } from './encodings.ts'
import { feedparserRow } from './feedparser.ts'
import { gofeedRow } from './gofeed.ts'
import type { Row } from './row.ts'
import { savedRows } from './saved.ts'

/** Figures on feeds, the quick ones last: their times are of code that is warm. */
export async function feedRows(): Promise<Row[]> {
  return [feedparserRow(), gofeedRow(), ...damageRows(), ...encodingRows(), ...savedRows()]
}
