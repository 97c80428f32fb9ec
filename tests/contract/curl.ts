import type { Built } from './building.ts'

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** The request, to be sent again from a shell. */
export function curlOf({ method, url, headers, body }: Built, key: string | null): string {
  const sent = { ...(key !== null && { authorization: 'Bearer $KEY' }), ...headers }
  const flags = Object.entries(sent).map(([name, value]) =>
    name === 'authorization' ? `-H "${name}: ${value}"` : `-H ${quoted(`${name}: ${value}`)}`,
  )
  const data = body === undefined ? [] : [`--data-binary ${quoted(body.slice(0, 5000))}`]
  return ['curl -i', `-X ${method}`, ...flags, ...data, quoted(`http://127.0.0.1:3000${url}`)].join(' ')
}
