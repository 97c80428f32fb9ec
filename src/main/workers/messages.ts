import type { AddressCount } from '../../http/address-counts.ts'
import type { Onward } from '../../http/forwarding.ts'
import type { Settings } from '../config.ts'

/** What a worker is to do: listen as the settings say, at this address, and forward there what it does not answer itself. */
export type Task = { settings: Settings; url: string; first: Onward }

/** What the first process, which started the workers, tells one of them. */
export type ToWorker =
  | { kind: 'start'; task: Task }
  | { kind: 'committed' }
  | { kind: 'addresses'; counts: AddressCount[] }
  | { kind: 'metrics'; question: number }
  | { kind: 'stop'; drainMs: number }

/** What a worker tells it. */
export type FromWorker =
  | { kind: 'listening' }
  | { kind: 'failed'; message: string }
  | { kind: 'addresses'; counts: AddressCount[] }
  | { kind: 'metrics'; question: number; figures: object[] }
