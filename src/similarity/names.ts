import groups from '../text-index/aliases.json' with { type: 'json' }
import { folded } from '../text-index/folding.ts'
import { wordsOf } from './words.ts'

const han = /\p{Script=Han}/u
const written = /^[A-Z]\S*(?: (?:[A-Z0-9]\S*|of|the|and|for))*$/
const shortestKnown = 2
const longestKnown = 8

/** Companies and products that Chinese titles name in Han, which nothing in the script sets apart. */
const isHan = (name: string) => han.test(name)
const isProper = (name: string) => written.test(name) && name.length > shortestKnown
const knownHan = groups
  .filter(
    (group) => group.some((name) => !isHan(name)) && group.every((name) => isHan(name) || isProper(name)),
  )
  .flatMap((group) => group.filter((name) => isHan(name) && name.length <= longestKnown))
  .map((name) => folded(name).text)
const knownSet = new Set(knownHan)
const known = new RegExp([...knownSet].sort((a, b) => b.length - a.length).join('|'), 'gu')

export const isKnownName = (name: string): boolean => knownSet.has(name)

/** A number with or without a unit: 16gb, 144hz, 6500mah, 1.5k, 2026. Articles share them by chance. */
const measure =
  /^[\d.,]+(?:x[\d.]+)*(?:m[23]|[gtkm]b?|k?hz|mah|w|mm|cm|kg|g|nm|bit|db|fps|ms|[sh]|km|kwh?|kw|l|p|v|a|x|inch|th|st|nd|rd|nits|q[1-4]|ai|c|d)?$/
/** What specifications, offices and markets are called, and who reports rather than is reported on. */
const stock = new Set(
  `ai pro max ultra plu plus mini air lite se gt slim neo note turbo elit prime master limit edit seri series gen ii iii iv vi vii viii
  ceo cto cfo coo cmo vp ip ipo app api sdk pc cpu gpu npu soc ram rom dram nand ssd hdd hbm ddr4 ddr5 lpddr5 lpddr5x usb type typec hdmi dp led
  oled ol lcd qd rgb argb hdr uhd fhd qhd wqhd ip tft pcie atx matx m-atx itx wifi wi fi wlan lan nfc bt gps esim tw anc nas ui ux os ota beta bug
  suv mpv ev phev reev cltc wltc noa adas dm i-hev tv vr ar xr 3d 2d 4g 5g 6g 2k 3k 4k 5k 8k 1080p 720p token agent model code game open source
  q1 q2 q3 q4 h1 h2 st gdp cpi ppi pmi etf a股 it the and for of in on to with new top first how what why your you from studio store
  counterpoint trendforc omdia idc gartner canali idg ign wccftech bloomberg reuter github gitlab youtub twitter reddit medium dev hn show ask vs
  v1 v2 v3 v4 v5 l2 l3 l4 g1 e1 3c 3a dlc rpg fps af mf partner tp link dock watch pad win mic tws na rtx amp mark bud control harmonyo`.split(
    /\s+/,
  ),
)

/** Whether a word of a title says nothing of what the article is about: a measure, or a word of every specification. */
export const isStockWord = (word: string): boolean => measure.test(word) || stock.has(word)

/**
 * The names in a title, in the form of the words that are compared: in Chinese whatever is not in Han, and the companies and
 * products that are known; else what is written with a capital wherever it stands.
 */
export function namesOf(title: string, lead: string): Set<string> {
  const names = han.test(title) ? hanTitleNames(title) : capitalised(title, lead)
  return new Set([...names].filter((name) => !isStockWord(name)))
}

function hanTitleNames(title: string): string[] {
  const foreign = wordsOf(title).filter((word) => /[a-z]/.test(word))
  return [
    ...foreign,
    ...folded(title)
      .text.matchAll(known)
      .map(([name]) => name),
  ]
}

const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}.+#-]*/gu
const insideSentence = /(?<=[\p{Ll}\p{N},;] )[\p{Lu}][\p{L}\p{N}-]*/gu

/** In a title all words may have a capital, so the text has to write it so as well, unless the form of the word tells. */
function capitalised(title: string, lead: string): string[] {
  const inText = new Set(lead.match(insideSentence))
  const lower = new Set(lead.match(/\b\p{Ll}+\b/gu))
  return (title.match(word) ?? [])
    .filter((found) => isName(found) || (inText.has(found) && !lower.has(found.toLowerCase())))
    .flatMap((found) => wordsOf(found))
}

/** Capitals within (OpenAI, GPU), or letters and digits together (M9, K90). */
const isName = (found: string) => /\p{L}\p{Lu}/u.test(found) || (/\p{L}/u.test(found) && /\p{N}/u.test(found))
