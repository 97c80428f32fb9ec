import { createRequire } from 'node:module'
import type pg from 'pg'

/** Loaded where there is a server: a newsroom in a file starts without it. */
export const postgresDriver = (): typeof pg => createRequire(import.meta.url)('pg')
