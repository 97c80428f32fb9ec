import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { decodeBytes } from '../../../src/ingestion/parsing/decode.ts'

const chinese = '青岩周刊：开放接口的新闻聚合，今日发布第一版，附源代码与说明。'
const german = 'Die Leuchtturm-Zeitung erklärt, warum größere Rümpfe für Brücken nötig wären – „heute“.'
const feed = (prolog: string, text: string) =>
  `<?xml version="1.0"${prolog}?><rss><channel><title>${text}</title></channel></rss>`
const read = (bytes: Uint8Array, contentType: string | null = null) =>
  decodeBytes(bytes, { contentType }, 'feed')

describe('bytes', () => {
  it.each([
    ['declared in the prolog', ' encoding="gb2312"', null],
    ['declared in the header', '', 'text/xml; charset=GBK'],
    ['declared nowhere', '', 'text/xml'],
    ['called UTF-8 in the prolog', ' encoding="utf-8"', null],
    ['called UTF-8 in header and prolog', ' encoding="utf-8"', 'text/xml; charset=utf-8'],
  ])('in GBK are read when %s', (_, prolog, contentType) => {
    const decoded = read(iconv.encode(feed(prolog, chinese), 'gbk'), contentType)
    expect(decoded.text).toContain(chinese)
    expect(decoded.encoding).toBe('gb18030')
  })

  it.each([
    ['called Latin-1', ' encoding="iso-8859-1"'],
    ['called UTF-8', ' encoding="utf-8"'],
    ['called nothing', ''],
  ])('in windows-1252 are read when %s', (_, prolog) => {
    expect(read(iconv.encode(feed(prolog, german), 'windows-1252')).text).toContain(german)
  })

  it('in UTF-8 are read whatever a header says', () => {
    expect(read(Buffer.from(feed('', chinese)), 'text/xml; charset=iso-8859-1').text).toContain(chinese)
  })

  it.each(['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])(
    'in %s are known by their zeros or mark',
    (encoding) => {
      const text = feed(' encoding="utf-16"', chinese)
      for (const addBOM of [true, false])
        expect(read(iconv.encode(text, encoding, { addBOM })).text).toBe(text)
    },
  )

  it('in UTF-8 that was cut inside a character lose only that', () => {
    const whole = Buffer.from(feed('', chinese + chinese))
    const cut = whole.subarray(0, whole.indexOf('青', 120) + 1)
    expect(read(cut)).toMatchObject({ encoding: 'utf-8', text: expect.stringContaining(chinese) })
  })

  it('of a page are read as its meta element says', () => {
    const page = `<html><head><title>x</title><meta http-equiv="Content-Type" content="text/html; charset=gbk"></head>${chinese}`
    expect(decodeBytes(iconv.encode(page, 'gbk'), { contentType: 'text/html' }, 'page').text).toContain(
      chinese,
    )
  })
})
