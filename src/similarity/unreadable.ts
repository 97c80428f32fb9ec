/** What stands where an article should: a page for readers without JavaScript, a check for robots, a question about cookies. */
const walls = [
  /\b(?:enable|activate|turn on) (?:java\s?script|cookies)|java\s?script (?:is |has been |must be )?(?:not available|not enabled|disabled|required|enabled)/i,
  /\b(?:verify|verifying|confirm|check|checking|prove|make sure)(?: (?:that|if))? (?:you(?:'|’)?(?: a)?re|you are|your browser)\b|are you (?:a )?(?:human|robot)|not a (?:robot|bot)\b/i,
  /\b(?:unusual traffic|captcha|access (?:to this page )?(?:has been |is )?denied|403 forbidden|too many requests|just a moment|ray id)\b/i,
  /\b(?:accept|allow|reject|manage)(?: all| our)? (?:optional )?cookies\b|\b(?:we|our partners|website) (?:and our partners )?uses? cookies\b/i,
  /(?:启用|开启|打开|允许|支持|啟用|開啟)\s*(?:java\s?script|cookies?)|(?:安全|人机|人機|滑动|滑動)(?:验证|驗證)|请(?:输入|完成)验证码|访问(?:过于|太)频繁|拒绝访问/i,
]
/**
 * A page that only refuses is short; an article about captchas, or one with a cookie banner in front, is not. In bytes, since
 * a Han character, which takes three, says about as much as three letters.
 */
const longestWallBytes = 800

/** Titles of such pages, which may explain themselves at length. */
const wallTitle =
  /^\W*(?:just a moment|attention required|access denied|client challenge|security (?:check|verification)|(?:making sure|verifying|checking (?:if|that)) you(?:'|’)?(?: a)?re\b.*\b(?:bot|robot|human)|are you (?:a )?(?:human|robot)|robot check|please wait|one moment,? please|(?:安全|人机|滑动)验证|请完成验证|访问验证)/i

/** Whether a page is what a site shows instead of its article. Many articles have such texts in common. */
export function isWall({ title, text }: { title: string; text: string }): boolean {
  if (wallTitle.test(title)) return true
  return Buffer.byteLength(text) <= longestWallBytes && walls.some((wall) => wall.test(text))
}
