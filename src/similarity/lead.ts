import { isChinese } from './chinese.ts'

/** How much of a text is compared: what news begins with tells what it is about. */
const characters = { han: 400, other: 1000 }

const day = String.raw`(?:\d{4}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*日`
/** "Outlet 4 月 5 日消息，", "某社北京4月5日电（记者甲）", "某氪获悉，", "据某报今日报道，". */
const chineseLeads = [
  new RegExp(
    String.raw`^[^，。；：]{0,24}?${day}\s*(?:[上下]午|晚间?|凌晨)?\s*(?:消息|讯|电|报道)\s*(?:[（(][^）)]{0,40}[）)])?\s*[，,：:]?\s*`,
    'u',
  ),
  /^[^，。；：\s]{1,10}(?:获悉|讯)\s*[，,：:]\s*/u,
  /^(?:[据从]|根据)[^，。；：]{1,24}(?:报道|消息|获悉|了解到|介绍|显示)\s*[，,：:]\s*/u,
  /^(?:作者|编辑|文|图|采访|来源|记者|责编|图源)\s*(?:&nbsp;|\s)*[|｜丨:：/](?:&nbsp;|\s)*[^\s，。]{1,16}(?:\s+|$)/u,
]
/** "LONDON (Agency) — ", "(Agency) - ", "SAN FRANCISCO, April 5 (Agency) — ", "By Jane Doe ". */
const englishLeads = [
  /^(?:[A-Z][A-Za-z.'’]+(?:[ ,/]+[A-Za-z0-9.'’]+){0,6}\s*)?\([A-Z][\w .&/]{1,30}\)\s*[-–—]+\s*/u,
  /^[A-Z][A-Z.'’]+(?:[ ,]+[A-Z][A-Za-z.'’]*){0,4}(?:,\s+[A-Z][a-z]+\.?\s+\d{1,2})?\s*[–—]+\s*/u,
  /^By\s+[A-Z][\w.'’-]+(?:\s+[A-Z][\w.'’-]+){1,2}(?=\s*[|,•·\n])[|,•·\s]*/u,
]
const mostLeads = 4

/**
 * The beginning of a text without what its outlet begins every text with: place, date, agency, who wrote it. Those words join
 * articles that have nothing else in common. A title that is said again is left out too.
 */
export function leadOf(text: string, language: string, title: string): string {
  const chinese = isChinese(language, text)
  const patterns = chinese ? chineseLeads : englishLeads
  let rest = text
    .slice(0, 4 * characters.other)
    .replaceAll('&nbsp;', ' ')
    .trimStart()
  if (title !== '' && rest.replace(/^#+\s*/, '').startsWith(title))
    rest = rest
      .replace(/^#+\s*/, '')
      .slice(title.length)
      .trimStart()
  for (let taken = 0; taken < mostLeads; taken++) {
    const found = patterns.map((pattern) => pattern.exec(rest)?.[0].length ?? 0)
    const length = Math.max(...found)
    if (length === 0) break
    rest = rest.slice(length)
  }
  return rest.slice(0, chinese ? characters.han : characters.other).toWellFormed()
}
