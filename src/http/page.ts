import { hash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

const style = `:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}
code{font-size:.9em;background:#8882;padding:.1em .3em;border-radius:.2em}li{margin:.4em 0}.status{color:#888}`

/** The sandbox keeps a page from going elsewhere by itself, which nothing else of a policy does. */
const policy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** Sends a small page of our own. Nothing in it may run or be fetched. `body` is HTML; texts in it went through `escapeHtml`. */
export function sendPage(reply: FastifyReply, title: string, body: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`)
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** A text of ours, in which backticks mark code, as HTML. */
export function proseHtml(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}
