import type { Transaction } from '../database/database.ts'
import { checkVersion } from '../http/preconditions.ts'
import { Failure } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import type { NewPartner, Partner, PartnerPatch } from './partner.ts'
import {
  findPartnerForUpdate,
  insertPartner,
  type PartnerRow,
  removePartner,
  updatePartner,
} from './store.ts'

export async function addPartner(tx: Transaction, { name, contact }: NewPartner): Promise<PartnerRow> {
  const row: PartnerRow = {
    id: newId(),
    name,
    contact: contact ?? null,
    state: 'active',
    version: 1,
    created_at: tx.now,
    updated_at: tx.now,
  }
  await insertPartner(tx, row)
  return row
}

/** Changes a partner. Where it suspends them, their keys are refused from the next request on. */
export async function changePartner(
  tx: Transaction,
  { id, patch, accepted }: { id: string; patch: PartnerPatch; accepted: number[] | undefined },
): Promise<PartnerRow> {
  const row = await requirePartner(tx, id, accepted)
  const next: PartnerRow = {
    ...row,
    name: patch.name ?? row.name,
    contact: patch.contact === undefined ? row.contact : patch.contact,
    state: patch.state ?? row.state,
    version: row.version + 1,
    updated_at: tx.now,
  }
  await updatePartner(tx, next)
  return next
}

/** Removes a partner with all their keys. What they wrote stays. */
export async function dropPartner(
  tx: Transaction,
  { id, accepted }: { id: string; accepted: number[] | undefined },
): Promise<void> {
  await requirePartner(tx, id, accepted)
  await removePartner(tx, id)
}

async function requirePartner(
  tx: Transaction,
  id: string,
  accepted: number[] | undefined,
): Promise<PartnerRow> {
  const row = await findPartnerForUpdate(tx, id)
  if (!row) throw noSuchPartner()
  checkVersion(row.version, accepted)
  return row
}

export const noSuchPartner = () => new Failure('not-found', 'There is no partner with this id.')

/** The partner as it is shown. */
export function partnerOf(row: PartnerRow): Partner {
  const { id, name, contact, state } = row
  return { id, name, contact, state, createdAt: row.created_at, updatedAt: row.updated_at }
}
