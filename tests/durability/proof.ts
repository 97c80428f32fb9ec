import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a machine may lack: a tracer of system calls, file systems on loop devices, the right to mount. */
export type Need = 'strace' | 'mount' | 'ext4' | 'xfs'
export type Effort = {
  long: boolean
  /** Whether there is time for another round. */
  mayGoOn(): boolean
  tell(text: string): void
}

export type Proof = {
  name: string
  /** A sentence of docs/reliability.md. */
  promise: string
  needs: Need[]
  /** Answers the figure that was reached. Throws where the promise is broken, or where a control does not fail. */
  run(effort: Effort): Promise<string>
}

/** A promise that is broken. */
export class Broken extends Error {}

export function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Broken(otherwise)
}

const faultsToldAtMost = 20

export function nothing(faults: string[], where: string): void {
  demand(faults.length === 0, `${where}:\n  ${faults.slice(0, faultsToldAtMost).join('\n  ')}`)
}

/** How much the same harness finds lost where a protection is missing, which has to be something. */
export async function lossOf(control: () => Promise<unknown>): Promise<string> {
  try {
    await control()
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    const lines = error.message.split('\n').slice(1)
    demand(/lost|acknowledged/.test(lines.join()), `The control broke otherwise: ${error.message}`)
    return `${lines.length === faultsToldAtMost ? 'at least ' : ''}${lines.length}`
  }
  throw new Broken('The control lost nothing: the proof shows nothing.')
}

/** Waits until something holds. */
export async function until(
  holds: () => boolean,
  withinMs: number,
  otherwise: string | (() => string),
): Promise<void> {
  for (const began = performance.now(); !holds(); await sleep(20)) {
    if (performance.now() - began > withinMs) {
      throw new Broken(typeof otherwise === 'string' ? otherwise : otherwise())
    }
  }
}

/** A folder for the time of `work`. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'newsweave-durability-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const root = process.getuid?.() === 0 ? [] : ['sudo', '-n']

/** Runs a command that only root may; through sudo where this process is not root. */
export function asRoot(...line: string[]): string {
  const [program = '', ...args] = [...root, ...line]
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

const mounts = new Set<string>()

/** Also where the run is broken off. Lazily, since what is killed then may still be ending. */
process.once('exit', () => {
  for (const folder of mounts) asRoot('umount', '--lazy', folder)
})

/** A file system in `folder` for the time of `work`. `options` go to mount. */
export async function mounted<T>(
  folder: string,
  options: string[],
  work: (folder: string) => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true })
  asRoot('mount', ...options, folder)
  mounts.add(folder)
  try {
    asRoot('chmod', '0777', folder)
    return await work(folder)
  } finally {
    asRoot('umount', folder)
    mounts.delete(folder)
  }
}

/** The block device behind a mounted file system. */
export const deviceOf = (disk: string) =>
  basename(execFileSync('findmnt', ['--noheadings', '--output', 'SOURCE', disk], { encoding: 'utf8' }).trim())

const probes: Record<Need, () => unknown> = {
  strace: () =>
    execFileSync('strace', [
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      'trace=fsync',
      '-e',
      'inject=fsync:error=EIO:when=9',
      'true',
    ]),
  mount: () =>
    asRoot('unshare', '--mount', '--propagation', 'slave', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'),
  ext4: () => [execFileSync('mkfs.ext4', ['-V'], { stdio: 'ignore' }), asRoot('losetup', '--find')],
  xfs: () => [execFileSync('mkfs.xfs', ['-V'], { stdio: 'ignore' }), asRoot('losetup', '--find')],
}

/** Why this machine cannot show a proof, or `undefined`. */
export function lacking(needs: Need[]): string | undefined {
  for (const need of needs) {
    try {
      probes[need]()
    } catch (error) {
      return `${need} is not to be had here (${String((error as Error).message).split('\n', 1)[0]})`
    }
  }
  return undefined
}
