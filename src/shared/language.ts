const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu
const hangul = /\p{Script=Hangul}/u
const han = /\p{Script=Han}/gu

/**
 * The language of a text from its script alone (BCP 47): two kana make it Japanese, Hangul Korean, two Han characters
 * Chinese. `undefined` where the script does not tell.
 */
export function languageOfScript(text: string): string | undefined {
  if ((text.match(kana)?.length ?? 0) >= 2) return 'ja'
  if (hangul.test(text)) return 'ko'
  if ((text.match(han)?.length ?? 0) >= 2) return 'zh'
  return undefined
}

/** Canonical BCP 47 form (`zh-hans-cn` becomes `zh-Hans-CN`), or `undefined` for what is no language tag. */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}
