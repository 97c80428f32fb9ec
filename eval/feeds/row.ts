/** A figure on real feeds or pages, and what it has to reach: at least `goal`, or at most where less is better. */
export type Row = { name: string; value: number; goal: number; n: number; atMost?: boolean; note?: string }
