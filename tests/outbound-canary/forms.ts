import { insideAddress } from './zone.ts'

/** A way to write an address of the inside, as whoever sends us a feed may try it. */
export type Form = {
  name: string
  /** With its port. `cell` is in names, so that each has its own; `place` is a number by which addresses differ, so that none waits for another. */
  host(cell: string, place: number): string
  scheme?: 'https'
  /** Leads to the open internet: without it nothing would show that anything is asked for at all. */
  isPublic?: true
  /** A name that leads elsewhere at every look, and at the first there. A guard may well ask where it leads outside. */
  first?: 'outside' | 'inside'
  /** Has an address outside, too: which of the two is connected to without a guard depends on how soon each answers. */
  isEither?: true
  /** No network leads there, so that nothing can show what would come of it without a guard. */
  isUnroutable?: true
}

const literal = (name: string, host: (place: number) => string, more: Partial<Form> = {}): Form => ({
  name,
  host: (_cell, place) => host(place),
  ...more,
})
/** A name, of which `zone.ts` says where it leads. */
const named = (name: string, kind: string, more: Partial<Form> = {}): Form => ({
  name,
  host: (cell) => `${kind}-${cell}.example`,
  ...more,
})

const numberOf = (a: number, b: number, c: number, d: number) => ((a * 256 + b) * 256 + c) * 256 + d
const fullWidth = (text: string) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
const percents = (text: string) => text.replace(/\d/g, (digit) => `%${digit.charCodeAt(0).toString(16)}`)

export const publicForm = named('a public name', 'public', { isPublic: true })
const plain = literal('169.254.169.254', () => insideAddress)
const rebinding = named('a name that leads outside, then inside', 'rebind', { first: 'outside' })

export const forms: Form[] = [
  publicForm,
  plain,
  literal('loopback', (place) => `127.0.${place}.2`),
  literal('10/8', (place) => `10.${place}.0.1`),
  literal('172.16/12', (place) => `172.16.${place}.1`),
  literal('192.168/16', (place) => `192.168.${place}.1`),
  literal('carrier NAT', (place) => `100.64.${place}.1`),
  literal('benchmarks', (place) => `198.18.${place}.1`),
  literal('this network', () => '0.0.0.0'),
  literal('multicast', (place) => `224.0.${place}.1`, { isUnroutable: true }),
  literal('reserved', (place) => `240.0.${place}.1`),
  literal('broadcast', () => '255.255.255.255', { isUnroutable: true }),
  literal('decimal', (place) => String(numberOf(127, 0, place, 3))),
  literal('decimal of the canary', () => String(numberOf(169, 254, 169, 254))),
  literal('octal', (place) => `012.0.0${place.toString(8)}.01`),
  literal('hex', (place) => `0x${numberOf(192, 168, place, 4).toString(16)}`),
  literal('mixed bases', (place) => `0xa9.0376.${169 * 256 + place}`),
  literal('short', (place) => `127.${place}`),
  literal('0', () => '0'),
  literal('full-width digits', (place) => fullWidth(`172.16.${place}.5`)),
  literal('ideographic dots', (place) => `169。254。170。${place}`),
  literal('escaped digits', (place) => percents(`10.${place}.0.6`)),
  literal('a dot at its end', (place) => `100.100.${place}.200.`),
  literal('IPv6 loopback', () => '[::1]'),
  literal('IPv6 unspecified', () => '[::]'),
  literal('IPv4-mapped', (place) => `[::ffff:169.254.170.${place}]`),
  literal('IPv4-mapped in hex', (place) => `[::ffff:7f00:${place}]`),
  literal('IPv4-compatible', (place) => `[::10.1.0.${place}]`),
  literal('IPv4-translated', (place) => `[::ffff:0:10.2.0.${place}]`),
  literal('NAT64', (place) => `[64:ff9b::a9fe:a9${place.toString(16).padStart(2, '0')}]`),
  literal('local NAT64', (place) => `[64:ff9b:1::a9fe:a9${place.toString(16).padStart(2, '0')}]`),
  literal('6to4', (place) => `[2002:a9fe:a9fe::${place}]`),
  literal('Teredo', (place) => `[2001:0:a9fe:a9fe::${place}]`),
  literal('unique local', (place) => `[fd00:ec2::${place}]`),
  literal('link-local IPv6', (place) => `[fe80::${place}]`, { isUnroutable: true }),
  literal('site-local IPv6', (place) => `[fec0::${place}]`),
  literal('multicast IPv6', (place) => `[ff02::${place}]`, { isUnroutable: true }),
  literal('documentation IPv6', (place) => `[2001:db8::${place}]`),
  literal('discard-only IPv6', (place) => `[100::${place}]`),
  literal('localhost', () => 'localhost'),
  named('a name below localhost', 'inside', { host: (cell) => `inside-${cell}.localhost` }),
  named('a name of 169.254.169.254', 'inside'),
  named('the same by https', 'inside', { scheme: 'https' }),
  named('a name with a dot at its end', 'inside', { host: (cell) => `inside-${cell}.example.` }),
  named('a name of 10.0.0.1', 'private'),
  named('a name of ::1', 'loop'),
  named('a name of an IPv4-mapped address', 'mapped'),
  named('a name of a NAT64 address', 'translated'),
  named('a name of a 6to4 address', 'tunnelled'),
  named('a name with an outer and an inner address', 'both', { isEither: true }),
  named('a name with an outer IPv4 and an inner IPv6 address', 'families', { isEither: true }),
  named('a chain of CNAMEs', 'chain'),
  rebinding,
  named('a name that leads inside, then outside', 'rebound', { first: 'inside' }),
  named('port 22 of a public address', 'public', { host: (cell) => `public-${cell}.example:22` }),
  named('port 25 of a public address', 'public', { host: (cell) => `public-${cell}.example:25` }),
]

/** For what costs a process for each, and for a control that knows all the others. */
export const fewForms: Form[] = [
  publicForm,
  plain,
  ...forms.filter(({ name }) =>
    /^(short|IPv4-mapped|a name of 169\.254\.169\.254|a chain of CNAMEs)$/.test(name),
  ),
  rebinding,
]
