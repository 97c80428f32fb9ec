export type Query = Record<string, string | number | boolean | string[] | undefined>

/** Asks an operation of the API and answers its body; a failing answer is thrown as a `RefusedError`. */
export type Ask = (path: string, query?: Query) => Promise<unknown>

/** How an address of the API is asked: by HTTP, or without it within one process. */
export type Get = (address: string) => Promise<{ status: number; location: string | undefined; text: string }>

/** Something that an agent can act on: what the API says of its failing answer. */
export class RefusedError extends Error {}

const maxRedirects = 3

/** Follows what was merged to what it was merged into. */
export function asking(get: Get): Ask {
  return async (path, query = {}) => {
    let address = path + textOf(query)
    for (let redirects = 0; ; redirects++) {
      const { status, location, text } = await get(address)
      if (status >= 200 && status < 300) return parsed(status, text)
      if (status < 400 && location !== undefined && redirects < maxRedirects) {
        const { pathname, search } = new URL(location, 'http://api')
        address = pathname + search
        continue
      }
      throw new RefusedError(explanation(status, text))
    }
  }
}

function textOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return parameters.size > 0 ? `?${parameters}` : ''
}

function parsed(status: number, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new RefusedError(
      `The server answered ${status} with what is no JSON: its address is not that of a newsroom.`,
    )
  }
}

type Problem = { title?: string; detail?: string; errors?: { path: string; message: string }[] }

function explanation(status: number, text: string): string {
  try {
    const { title, detail, errors = [] } = JSON.parse(text) as Problem
    const fields = errors.map(({ path, message }) => `\n${path}: ${message}`)
    return `${status} ${title}. ${detail}${errors.length > 1 ? fields.join('') : ''}`
  } catch {
    return `The server answered ${status}.`
  }
}
