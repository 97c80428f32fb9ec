import { Converter } from 'opencc-js/cn2t'

export type Text = { id: string; title: string; text: string }

/** What others make of an article when they publish it again. */
export const variants: Record<string, (text: Text) => Text | undefined> = {
  'byline added': ({ id, title, text }) => ({
    id,
    title,
    text: isHan(text)
      ? `作者 | 甘露 编辑 | 陆行舟\n${text}\n本文经授权转载，不代表本站立场。责任编辑：何田`
      : `By Mara Quill, staff writer\n${text}\nThis story first appeared elsewhere and is republished with permission.`,
  }),
  'excerpt of 30 %': (text) => excerpt(text, 0.3),
  'excerpt of 50 %': (text) => excerpt(text, 0.5),
  'sentences shuffled': ({ id, title, text }) => {
    const sentences = text.split(/(?<=[。！？\n]|[.!?]\s)/)
    return { id, title, text: shuffled(sentences, seedOf(id)).join('') }
  },
  'width and case': ({ id, title, text }) => ({ id, title: wide(title), text: wide(text) }),
  'Traditional script': ({ id, title, text }) =>
    isHan(text) ? { id, title: traditional(title), text: traditional(text) } : undefined,
}

const traditional = Converter({ from: 'cn', to: 'twp' })
const isHan = (text: string) => /\p{Script=Han}{2}/u.test(text.slice(0, 200))

function excerpt({ id, title, text }: Text, share: number): Text {
  const length = Math.floor(share * text.length)
  const start = Math.floor(randomOf(seedOf(id))() * (text.length - length))
  return { id, title, text: text.slice(start, start + length) }
}

/** ＡＢＣ １２３, in capitals. */
function wide(text: string): string {
  return text
    .toUpperCase()
    .replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
}

function shuffled<T>(all: T[], seed: number): T[] {
  const random = randomOf(seed)
  const mixed = [...all]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const swapped = mixed[at] as T
    mixed[at] = mixed[other] as T
    mixed[other] = swapped
  }
  return mixed
}

const seedOf = (id: string) =>
  [...id].reduce((seed, character) => seed * 31 + character.charCodeAt(0), 7) >>> 0

/** The same numbers on every run (Mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
