/** Names of regular collections of many news: 早报, 8点1氪, 一周要闻, Daily Briefing, Weekly Roundup. Folded, as titles are. */
const roundup = [
  /\d\s*点\s*\d\s*氪|[早晚午晨夜]报(?!道)|早餐|早知道|早班车|周报(?!道)|新闻汇总|要闻|今日(?:热点|头条|快讯|看点)/,
  /(?:[一本上每]周|[每今]日)[\p{Script=Han}]{0,4}(?:回顾|盘点|汇总|速览|精选|简报|新闻|资讯|大事)/u,
  /\b(?:daily|weekly|morning|evening|afternoon|week's) (?:brief(?:ing)?|digest|round-?up|recap|news|headlines|links|update)\b/,
  /\b(?:news|link) (?:digest|round-?up)\b|\b(?:newsletter|round-?up|news in brief|this week in)\b|\b(?:week|month|year) in review\b|\b(?:top|today's) (?:stories|headlines|news)\b/,
]

/** Whether an article is by its folded title a collection of many news, which has parts in common with each of them. */
export function isRoundup(plainTitle: string): boolean {
  return roundup.some((name) => name.test(plainTitle))
}
