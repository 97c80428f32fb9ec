import { lineOf, type PageElement } from './page-document.ts'
import { textBlocksOf } from './text-blocks.ts'

const longestLine = 160
const mostLines = 12
const chinese =
  '(?:责任)?编辑\\s*[:：]|责编|校对\\s*[:：]|审核\\s*[:：]|返回.{0,12}查看更多|查看更多|阅读原文|点击(?:查看|进入|下载|关注)|(?:长按|扫码|扫一扫|微信扫|识别二维码)|(?:欢迎|敬请|更多.{0,20}请)?关注.{0,20}(?:公众号|微信|微博|我们)|分享(?:到|至|$)|点赞|收藏|打赏|举报|投诉|评论|我要(?:评论|分享)|发表评论|免责声明|特别声明|微信二维码|目录\\[\\+\\]'
const english =
  'join our|subscribe|sign up|newsletter|share (?:this|on|via)|share$|follow (?:us|@)|like us|comments?$|(?:leave|post|add) a (?:comment|reply)|log ?in to|print$|tags?\\s*[:：]|topics?\\s*[:：]|filed under|all rights reserved|copyright|©|click here|back to top'
const european =
  'abonn|melden sie sich|jetzt anmelden|diesen (?:artikel|beitrag)|(?:artikel )?teilen|drucken|hier können sie|folgen sie|kommentare?|schlagworte?|partager|commentaires?|imprimer|suscr[ií]b|compart[ei]|síguenos|comentarios?|únete|newsletter|compartilhe|assine|condividi'
const furniture = new RegExp(`^[\\s\\p{P}\\p{S}]*(?:${chinese}|${english}|${european})`, 'iu')

/** Takes off what articles end in that is not theirs: who edited them, where to subscribe, share, and comment. */
export function trimFoot(body: PageElement): void {
  const last = textBlocksOf(body).slice(-mostLines).reverse()
  for (const block of last) {
    const text = lineOf(block)
    if (text.length > longestLine || !furniture.test(text)) return
    block.remove()
  }
}
