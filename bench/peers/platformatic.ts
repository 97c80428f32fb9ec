// @platformatic/db over a SQLite file: node bench/peers/platformatic.ts <folder of node_modules> <file>
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { ready } from '../processes.ts'

const [folder = '', file = ''] = process.argv.slice(2)
const resolved = createRequire(`${folder}/package.json`).resolve('@platformatic/db')
const { create } = await import(pathToFileURL(resolved).href)
const app = await create(folder, {
  server: { hostname: '127.0.0.1', port: 0, logger: { level: 'error' } },
  db: { connectionString: `sqlite://${file}`, openapi: true, graphql: true },
})
await app.start({ listen: true })
ready(Number(new URL(app.url).port), () => app.stop())
