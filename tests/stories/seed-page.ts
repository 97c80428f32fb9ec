import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The page as it was saved: its title, source, text, credit line, and the headlines that it lists as related. */
export async function readSeedPage() {
  const lines = (await readFile(join(import.meta.dirname, '../fixtures/seed-page.txt'), 'utf8')).split('\n')
  const texts = lines.map((line) => line.trim())
  const credit = texts.findIndex((line) => line.startsWith('文章版权声明'))
  const related = texts.indexOf('相关阅读')
  const end = texts.findIndex((line) => line.startsWith('• 目录[+]'))
  const [title = '', source = '', ...paragraphs] = texts.slice(0, credit).filter((line) => line !== '')
  const headlines = texts
    .slice(related + 1, end)
    .filter((line) => line !== '')
    .map((line) => line.replace(/^• /, ''))
  return { title, source, text: paragraphs.join('\n\n'), credit: texts[credit] ?? '', headlines }
}
