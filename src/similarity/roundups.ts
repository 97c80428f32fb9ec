/** Names of regular collections of many news: 早报, 8点1氪, 一周要闻, Daily Briefing, Weekly Roundup. */
const roundup = [
  /\d\s*点\s*\d\s*氪|[早晚午晨夜]报(?!道)|[早晚午晨夜]報(?!導)|早餐|早知道|早班车|周报(?!道)|週報|新闻汇总|新聞匯總|要闻|要聞|今日(?:热点|头条|快讯|看点)|(?:一周|本周|每周|每日|上周|一週|本週|每週|今日)[\p{Script=Han}]{0,4}(?:回顾|回顧|盘点|盤點|汇总|匯總|速览|速覽|精选|精選|简报|簡報|新闻|新聞|资讯|資訊|大事)/u,
  /\b(?:daily|weekly|morning|evening|afternoon|week(?:'|’)s) (?:brief(?:ing)?|digest|round-?up|recap|news|news(?:letter)?|headlines|links|update)\b|\b(?:news(?:letter)?|link) (?:digest|round-?up)\b|\bround-?up\b|\bnews in brief\b|\bthis week in\b|\b(?:week|month|year) in review\b|\b(?:top|today(?:'|’)s) (?:stories|headlines|news)\b|\bnewsletter\b/i,
]

/** Whether an article is by its title a collection of many news, which has parts in common with each of them. */
export function isRoundup(title: string): boolean {
  return roundup.some((name) => name.test(title))
}
