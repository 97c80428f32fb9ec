import { siteOf } from '../../outbound/hosts.ts'
import type { Credits } from '../page.ts'
import { type CreditLine, readCreditLine } from './credit-lines.ts'
import { addressOf, partsOf, textOf } from './embedded-data.ts'
import { nearest } from './outline.ts'
import { absoluteUrl, type PageElement } from './page-document.ts'
import type { Described } from './page-metadata.ts'
import { textBlocksOf } from './text-blocks.ts'

/** Credits stand above and below an article; in its midst `来源：` says whose a picture or a table is. */
const atTop = 4
const atFoot = 8
const mostAround = 3
const elsewhere = new Set(['nav', 'aside', 'footer'])

/** The credit lines of a page, to be looked for while its body is still in it. */
export function creditLinesOf(page: Described): CreditLine[] {
  return textBlocksOf(page.document.body)
    .flatMap((block) => {
      const credit = readCreditLine(page, block)
      return credit && !nearest(block, ({ localName }) => elsewhere.has(localName)) ? [credit] : []
    })
    .slice(0, mostAround)
}

/**
 * Whom an article credits: the lines at the top and the foot of its body, which are taken out of it, then those around it, then
 * what the page says to machines.
 */
export function liftCredits(
  page: Described,
  input: { body: PageElement | undefined; around: CreditLine[] },
): Credits {
  const lifted = linesLiftedFrom(page, input.body)
  const lines = [...lifted, ...input.around]
  const data = creditsInData(page)
  const publishers = [...lines.map(({ publisher }) => publisher), data.publisher]
  const urls = [...lines.flatMap((line) => line.urls), ...data.urls, canonicalOf(page)]
  const url = urls.find((address) => address && isForeign(page, address))
  const publisher = publishers.find((name) => name && !isOwnName(page, name))
  const translators = new Set([...lines.flatMap((line) => line.translators), ...data.translators])
  const texts = (lifted.length > 0 ? lifted : input.around).map(({ text }) => text)
  return {
    text: [...new Set(texts)].join('\n') || null,
    originalPublisher: publisher ?? (url ? siteOf(url) : null),
    originalUrl: url ?? null,
    translators: [...translators].map((name) => ({ name, url: null })),
  }
}

function linesLiftedFrom(page: Described, body: PageElement | undefined): CreditLine[] {
  const blocks = body ? textBlocksOf(body) : []
  return blocks.flatMap((block, index) => {
    const credit = index < atTop || index >= blocks.length - atFoot ? readCreditLine(page, block) : undefined
    if (!credit) return []
    block.remove()
    return [credit]
  })
}

function creditsInData({ document, data }: Described): {
  publisher: string | undefined
  urls: string[]
  translators: string[]
} {
  const works = partsOf([data.isBasedOn, data.isBasedOnUrl, data.translationOfWork].flat())
  const publishers = works.map((work) => (typeof work === 'object' ? textOf(work.publisher) : undefined))
  return {
    publisher: publishers.find((name) => name) ?? textOf(data.sourceOrganization),
    urls: works.flatMap((work) => absoluteUrl(document, addressOf(work)) ?? []),
    translators: partsOf(data.translator).flatMap((translator) => textOf(translator) ?? []),
  }
}

function canonicalOf({ document }: Described): string | undefined {
  return absoluteUrl(document, document.querySelector('link[rel~=canonical]')?.getAttribute('href'))
}

const isForeign = (page: Described, address: string) => siteOf(address) !== siteOf(page.url)

/** A page that names itself as its source credits nobody. */
function isOwnName({ siteName, url }: Described, name: string): boolean {
  const site = siteOf(url)
  const own = [siteName, site, site.split('.')[0]]
  return own.some((each) => each?.toLowerCase() === name.toLowerCase())
}
