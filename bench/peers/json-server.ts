// json-server over a file of JSON: node bench/peers/json-server.ts <folder of node_modules> <file>
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { ready } from '../processes.ts'

const [folder = '', file = ''] = process.argv.slice(2)
const jsonServer = createRequire(`${folder}/package.json`)('json-server')
const app = jsonServer.create()
app.use(jsonServer.defaults({ logger: false, noGzip: true }))
app.use(jsonServer.bodyParser)
app.use(jsonServer.router(file))
const server: Server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
ready((server.address() as AddressInfo).port, async () => {
  server.closeAllConnections()
})
