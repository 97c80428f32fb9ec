import { execFileSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { clearRefusal, faultsOf, newDatabase, readLedger, unclearRefusals } from '../ledger.ts'
import { type Control, serve, startWriter } from '../processes.ts'
import { asRoot, demand, deviceOf, inFolder, lossOf, mounted, nothing, type Proof, until } from '../proof.ts'

const imageBytes = 64 * 1024 * 1024
const refusedForMs = 1000

export const readOnlyDisk: Proof = {
  name: 'read-only-disk',
  promise:
    'A disk that becomes read-only under writes, as the kernel does after an error of its own, loses no acknowledged write; reads go on, writes are answered with a clear 503',
  needs: ['mount', 'ext4'],
  async run({ long, mayGoOn, tell }) {
    let [rounds, refused, writes] = [0, 0, 0]
    while (rounds < (long ? 20 : 1) && (rounds === 0 || mayGoOn())) {
      const ledger = await inFolder((folder) => oneRound(folder))
      rounds++
      writes += ledger.acknowledged
      refused += ledger.refusals.get(clearRefusal) ?? 0
      tell(`${rounds} rounds`)
    }
    demand(refused > 0, 'No write was refused: the proof shows nothing.')
    const lost = await lossOf(() => inFolder((folder) => oneRound(folder, 'ignores-errors')))
    return `${rounds} times read-only: 0 of ${writes} acknowledged writes lost, all ${refused} refusals were 503 with Retry-After, and a start after the repair wrote again; a control that ignores that a commit failed lost ${lost}`
  },
}

async function oneRound(folder: string, control?: Control) {
  const [image, disk, ledger] = [join(folder, 'disk.img'), join(folder, 'disk'), join(folder, 'ledger')]
  writeFileSync(image, '')
  truncateSync(image, imageBytes)
  execFileSync('mkfs.ext4', ['-q', image])
  const writer = startWriter(ledger, 'readonly')
  try {
    await mounted(disk, ['-o', 'loop,errors=remount-ro', image], (place) =>
      becomeReadOnly(place, { ledger, writer, control }),
    )
    repair(image)
    await mounted(disk, ['-o', 'loop', image], async (place) => {
      const url = `file:${join(place, 'news.db')}`
      nothing(await faultsOf(url, readLedger(ledger)), 'after the disk was read-only')
      await writesAgain(url, ledger, writer)
    })
  } finally {
    await writer.kill()
  }
  const written = readLedger(ledger)
  nothing(unclearRefusals(written), 'answers that are unclear')
  return written
}

type Writer = ReturnType<typeof startWriter>

type Watched = { ledger: string; writer: Writer; control: Control | undefined }

async function becomeReadOnly(disk: string, { ledger, writer, control }: Watched): Promise<void> {
  const server = await serve(await newDatabase(disk), { control })
  try {
    writer.writeTo(String(server.address))
    await until(() => readLedger(ledger).acknowledged > 10, 60_000, 'Nobody writes.')
    asRoot('sh', '-c', `echo 1 > /sys/fs/ext4/${deviceOf(disk)}/trigger_fs_error`)
    // A control tells nobody.
    if (!control) await until(() => readLedger(ledger).refusals.size > 0, 60_000, 'No write is refused.')
    await sleep(refusedForMs)
    const read = await fetch(`${server.address}/v1/articles`)
    demand(read.status === 200, `A read is answered ${read.status} while the disk is read-only.`)
  } finally {
    await server.kill()
  }
}

/** Ends with 1 where it mended something. */
function repair(image: string): void {
  try {
    execFileSync('e2fsck', ['-f', '-y', image], { stdio: 'ignore' })
  } catch (error) {
    if ((error as { status?: number }).status !== 1) throw error
  }
}

async function writesAgain(url: string, ledger: string, writer: Writer): Promise<void> {
  const server = await serve(url)
  try {
    const before = readLedger(ledger).acknowledged
    writer.writeTo(String(server.address))
    await until(() => readLedger(ledger).acknowledged > before, 60_000, 'Nobody writes after the repair.')
  } finally {
    await server.kill()
  }
}
