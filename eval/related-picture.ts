import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { curve, type Point, readTexts } from './related.ts'
import { indexTexts } from './related-articles.ts'

const size = { width: 560, height: 360, margin: 50 }
const leasts = [0, 0.14, 0.16, 0.18, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5]
const lowest = 0.5

const across = (served: number) => size.margin + served * (size.width - 2 * size.margin)
const up = (precision: number) =>
  size.height - size.margin - ((precision - lowest) / (1 - lowest)) * (size.height - 2 * size.margin)

/** `node eval/related-picture.ts` draws docs/related-precision.svg from the judged pairs. */
const points = curve(indexTexts(readTexts()), leasts)
for (const { least, precision, served, judged } of points)
  console.log(`${least}  precision ${precision.toFixed(3)} of ${judged}  served ${served.toFixed(3)}`)
writeFileSync(join(import.meta.dirname, '../docs/related-precision.svg'), picture(points))

function picture(shown: Point[]): string {
  const line = shown
    .map(({ served, precision }) => `${across(served).toFixed(1)},${up(precision).toFixed(1)}`)
    .join(' ')
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (tick) => `<text x="${across(tick)}" y="${size.height - 30}" text-anchor="middle">${tick}</text>`,
  )
  const levels = [0.5, 0.6, 0.7, 0.8, 0.9, 1].map(
    (level) =>
      `<line x1="${across(0)}" x2="${across(1)}" y1="${up(level)}" y2="${up(level)}" stroke="#ddd"/>` +
      `<text x="42" y="${up(level) + 4}" text-anchor="end">${level}</text>`,
  )
  const dots = shown.map(
    ({ served, precision, least }) =>
      `<circle cx="${across(served).toFixed(1)}" cy="${up(precision).toFixed(1)}" r="3"><title>score ${least}</title></circle>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">
<title>Precision of related links against the share of articles served</title>
<rect width="100%" height="100%" fill="#fff"/>
${levels.join('\n')}
${ticks.join('\n')}
<polyline points="${line}" fill="none" stroke="#036" stroke-width="2"/>
${dots.join('\n')}
<text x="${size.width / 2}" y="${size.height - 8}" text-anchor="middle">share of articles that show a related one</text>
<text x="${size.margin}" y="24">right among the judged pairs that are shown, by the least score</text>
</svg>
`
}
