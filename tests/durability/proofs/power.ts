import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { faultsOf, newDatabase, readLedger } from '../ledger.ts'
import { type Control, serve, startWriter } from '../processes.ts'
import {
  asRoot,
  demand,
  deviceOf,
  type Effort,
  inFolder,
  mounted,
  nothing,
  type Proof,
  until,
} from '../proof.ts'

type FileSystem = { name: 'ext4' | 'xfs'; bytes: number; options: string[] }

const megabyte = 1024 * 1024
const ext4: FileSystem = { name: 'ext4', bytes: 192 * megabyte, options: [] }
/** Smaller ones are not made; two with one identity are not mounted. */
const xfs: FileSystem = { name: 'xfs', bytes: 320 * megabyte, options: ['nouuid'] }
const cutsPerDatabase = 25
const copiesAtMost = 20

export const cutsOnExt4 = powerCuts(ext4)
export const cutsOnXfs = powerCuts(xfs)

/** What a power cut leaves is what the disk has at that moment: the image behind the file system, copied while the writer stands still. */
function powerCuts(system: FileSystem): Proof {
  return {
    name: `power-cuts-${system.name}`,
    promise: `A power cut loses no acknowledged write, on ${system.name === 'xfs' ? 'XFS' : 'ext4'}`,
    needs: ['mount', system.name],
    async run(effort) {
      const { cuts, lost, writes } = await cutting(system, effort.long ? 100 : 2, effort)
      nothing(lost, `after ${cuts} cuts`)
      const control = await cutting(system, effort.long ? 10 : 2, effort, 'sync-normal')
      demand(control.lost.length > 0, 'With synchronous=NORMAL nothing was lost: the proof shows nothing.')
      return `0 of ${writes} acknowledged writes lost in ${cuts} cuts; a control with synchronous=NORMAL lost ${control.lost.length} in ${control.cuts}`
    },
  }
}

async function cutting(system: FileSystem, number: number, { mayGoOn, tell }: Effort, control?: Control) {
  const lost: string[] = []
  let [cuts, writes] = [0, 0]
  while (cuts < number && (cuts === 0 || mayGoOn())) {
    await inFolder(async (folder) => {
      const image = makeImage(join(folder, 'disk.img'), system)
      await mounted(join(folder, 'disk'), ['-o', 'loop', image], async (disk) => {
        const url = await newDatabase(disk)
        execFileSync('sync', ['-f', disk])
        const [server, ledger] = [await serve(url, { control }), join(folder, 'ledger')]
        const writer = startWriter(ledger, 'power')
        try {
          writer.writeTo(String(server.address))
          for (let n = 0; n < cutsPerDatabase && cuts < number && (n === 0 || mayGoOn()); n++) {
            await moreWrites(ledger)
            const copy = await cut(image, disk, server, ledger)
            lost.push(...(await lostOn(copy, system, folder)))
            rmSync(copy.image)
            cuts++
            tell(`${cuts} of ${number} cuts`)
          }
        } finally {
          await Promise.all([server.kill(), writer.kill()])
        }
        // What came behind the last cut was not looked at.
        writes += readLedger(`${ledger}.cut`).acknowledged
      })
    })
  }
  return { cuts, lost, writes }
}

async function moreWrites(ledger: string): Promise<void> {
  const before = readLedger(ledger).acknowledged
  const more = () => readLedger(ledger).acknowledged > before + 5
  await until(more, 60_000, () => `Nobody writes: ${[...readLedger(ledger).refusals]}`)
  await sleep(Math.random() * 200)
}

function makeImage(image: string, { name, bytes }: FileSystem): string {
  writeFileSync(image, '')
  truncateSync(image, bytes)
  execFileSync(`mkfs.${name}`, ['-q', image])
  return image
}

type Copy = { image: string; ledger: string }

/** While the server stands still, so that what the ledger says was acknowledged before the disk is looked at. */
async function cut(
  image: string,
  disk: string,
  server: { signal(name: NodeJS.Signals): void },
  ledger: string,
): Promise<Copy> {
  // Of a name of its own: a file that is mounted still, in the name space of another process, would be mounted as it was before.
  const copy = { image: `${image}.${randomUUID()}`, ledger: `${ledger}.cut` }
  const writes = writesTo(deviceOf(disk))
  server.signal('SIGSTOP')
  try {
    copyFileSync(ledger, copy.ledger)
    for (let attempt = 0; attempt < copiesAtMost; attempt++) {
      const before = writes()
      execFileSync('cp', ['--sparse=always', image, copy.image])
      // What the kernel wrote meanwhile makes a copy of two moments, which no power cut leaves.
      if (writes() === before) return copy
    }
    throw new Error('The disk does not come to rest.')
  } finally {
    server.signal('SIGCONT')
  }
}

/** How many writes the device has finished, and how many are under way. */
function writesTo(device: string): () => string {
  return () => {
    const fields = readFileSync(`/sys/block/${device}/stat`, 'utf8').trim().split(/\s+/)
    return `${fields[4]} ${fields[8]}`
  }
}

async function lostOn({ image, ledger }: Copy, { options }: FileSystem, folder: string): Promise<string[]> {
  const place = join(folder, 'after')
  mkdirSync(place, { recursive: true })
  return mounted(place, ['-o', ['loop', ...options].join(','), image], async (disk) => {
    asRoot('chmod', '-R', 'a+rwX', disk)
    return faultsOf(`file:${join(disk, 'news.db')}`, readLedger(ledger))
  })
}
