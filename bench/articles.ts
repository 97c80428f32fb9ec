import type { NewArticle } from '../src/articles/article.ts'

export const sourceCount = 50
export const tagCount = 200
/** Stands in an address until each request puts its own text there; the form that autocannon knows. */
export const idPlace = '[<id>]'

const firstDay = Date.UTC(2023, 10, 1)
const threeYearsMs = 3 * 365 * 86_400_000
const jitterMs = 3 * 3_600_000

export const english =
  'the chip market and cloud a model of open data new security with team for robot launch in battery price network phone on startup update browser kernel cuts power million users screen license memory court ruling sensor quarter fibre outage vendor patch satellite engine index compiler review router standard trial leak tariff port fund drone lens'.split(
    ' ',
  )
export const chinese =
  '芯片 市场 发布 云端 模型 开源 数据 安全 团队 机器人 电池 价格 网络 手机 公司 更新 浏览器 内核 功耗 用户 屏幕 内存 法院 传感器 季度 光纤 故障 厂商 补丁 卫星 引擎 索引 编译器 评测 路由器 标准 试用 泄露 关税 接口 基金 无人机 镜头 正在 表示 推出 计划 增长 首次 国内'.split(
    ' ',
  )

/** Every sixth tag lies below another one, so that tag pages hold what is below them too. */
export const tagSlug = (index: number) => `topic-${index + 1}`
export const tagParent = (index: number) => (index % 6 === 5 ? tagSlug((index / 6) | 0) : null)
export const sourceLanguage = (index: number) => (index % 2 === 0 ? 'zh' : 'en')

/**
 * An article by its number out of `total`, the same on every machine: published in the order of the numbers over three
 * years, as articles come in, with sources and tags in Zipf's proportions. `key` is its identity at its source.
 */
export function articleAt(
  number: number,
  { total, sourceIds, bodyBytes = 2000, key = String(number) }: ArticleOptions,
): NewArticle {
  const random = randomFrom(number)
  const source = zipf(random, sourceIds.length)
  const language = sourceLanguage(source)
  const write = language === 'zh' ? chineseText : englishText
  const tags = new Set<string>()
  for (let count = 1 + Math.floor(random() * 5); count > 0; count--) tags.add(tagSlug(zipf(random, tagCount)))
  const publishedAt = firstDay + (number / total) * threeYearsMs + random() * jitterMs
  return {
    sourceId: sourceIds[source] as string,
    externalId: `item-${key}`,
    url: `https://source-${source}.example/news/${key}`,
    title: write(random, 60),
    summary: write(random, 160),
    language,
    authors: [{ name: `Author ${zipf(random, 300)}` }],
    publishedAt: new Date(publishedAt).toISOString(),
    tags: [...tags],
    body: { html: htmlOf(random, write, bodyBytes) },
  }
}

export type ArticleOptions = { total: number; sourceIds: string[]; bodyBytes?: number; key?: string }
export type Random = () => number
type Write = (random: Random, bytes: number) => string

/** mulberry32 */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** 0 most often, 1 about half as often, and so on. */
export function zipf(random: Random, count: number): number {
  return Math.floor((count + 1) ** random()) - 1
}

function englishText(random: Random, bytes: number): string {
  let text = ''
  while (text.length < bytes) text += ` ${english[zipf(random, english.length)]}`
  return text.charAt(1).toUpperCase() + text.slice(2)
}

/** Three bytes a character; a headline of 20 to 30 characters says what one of 60 letters does. */
function chineseText(random: Random, bytes: number): string {
  let text = ''
  while (text.length * 3 < bytes * 1.3) text += chinese[zipf(random, chinese.length)]
  return text
}

function htmlOf(random: Random, write: Write, bytes: number): string {
  const link = `<a href="https://elsewhere.example/${Math.floor(random() * 1e6)}">${write(random, 20)}</a>`
  const parts = [`<p>${write(random, Math.min(bytes / 2, 300))} ${link}.</p>`]
  for (let length = 400; length < bytes; length += 400) {
    if (length % 1200 === 800) parts.push(`<h2>${write(random, 30)}</h2>`)
    parts.push(`<p>${write(random, 320)} &amp; <strong>${write(random, 20)}</strong>.</p>`)
  }
  return parts.join('\n')
}
