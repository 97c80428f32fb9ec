import { isLoopback } from './config.ts'

/** By which name of the host a request came, and from a page of which origin. */
export type Asked = { host: string; origin: string | undefined }

/** Takes requests of programs, which send no origin, of pages from this machine, and of pages from these origins. */
export function fromOrigins(origins: '*' | string[]) {
  return ({ origin }: Asked): boolean =>
    origin === undefined || origins === '*' || origins.includes(origin) || isThisMachine(origin)
}

export function isThisMachine(address: string): boolean {
  const name = URL.parse(address)?.hostname ?? ''
  return isLoopback(name.replace(/^\[|\]$/g, ''))
}
