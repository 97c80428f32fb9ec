import { stemmer } from 'stemmer'

/** English words that say nothing about what a text is about, also where few of the articles are English. */
const words = `a about above after again against all almost also although always am among an and another any are aren't around as at
  away back be became because become been before being below between both but by came can can't cannot come could did
  didn't do does doesn't doing don't done down during each either else even ever every few for from further get gets got
  had has have having he her here hers him himself his how however i i'm i've if in instead into is isn't it it's its
  itself just let let's like made make makes many may me might more most much must my myself never no nor not nothing now
  of off often on once one only onto or other others our ours ourselves out over own per perhaps put quite rather really
  same say says see shall she should since so some someone something still such take than that that's the their theirs
  them themselves then there there's these they they're thing things this those though through thus to together too
  toward towards two under until up upon us use used using very was wasn't way we we're we've well were what what's when
  where whether which while who whole whom whose why will with within without won't would yet you you're your yours
  yourself`

/** As they are written, and as their stems. */
export const stopWords: ReadonlySet<string> = new Set(
  words.split(/\s+/).flatMap((word) => [word, stemmer(word)]),
)
