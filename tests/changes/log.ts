import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'

/** Makes the log longer at one go by entries that concern no tag and no source. */
export async function appendChanges(
  database: Database,
  count: number,
  { id = 's', at }: { id?: string; at?: string } = {},
): Promise<void> {
  await database.write(async (tx) => {
    const head = await tx.one<{ seq: number }>(
      sql`update change_head set seq = seq + ${count} where id = 1 returning seq`,
    )
    const first = (head?.seq ?? 0) - count + 1
    const numbers = JSON.stringify(Array.from({ length: count }, (_, index) => first + index))
    await tx.run(sql`
      insert into change (seq, at, type, resource_type, resource_id)
      select value, ${at ?? tx.now}, 'story.updated', 'story', ${id}
      from (${tx.dialect.integers(numbers)}) as numbers`)
  })
}
