// Sends FILE to SERVER with tus-js-client, gives up in the middle, goes on, and prints what it became.
const [, , server, token, file, metadata] = process.argv
const fs = require('node:fs')
const tus = require('tus-js-client')

const headers = { Authorization: 'Bearer ' + token }
const common = {
  endpoint: server + '/v1/uploads', headers, chunkSize: 40_000, retryDelays: [0, 100, 500, 1000],
  metadata: JSON.parse(metadata), uploadSize: fs.statSync(file).size,
}
let item = ''
const onAfterResponse = (_, res) => { item = res.getHeader('Dokaz-Item') || item }
const fail = (err) => { console.error(String(err)); process.exit(1) }

const first = new tus.Upload(fs.createReadStream(file), {
  ...common,
  onError: fail,
  onChunkComplete: async (_, accepted) => {
    if (accepted < 80_000) return
    await first.abort()
    // What was sent after the last answer may or may not be there: the server says where it stands.
    const second = new tus.Upload(fs.createReadStream(file), {
      ...common, uploadUrl: first.url, onAfterResponse, onError: fail,
      onSuccess: async () => {
        console.log(item)
        const given = new tus.Upload(fs.createReadStream(file), { ...common, onError: fail, onChunkComplete: async () => {
          await given.abort(true) // termination
          const gone = await fetch(given.url, { method: 'HEAD', headers: { ...headers, 'Tus-Resumable': '1.0.0' } })
          console.log(gone.status)
        } })
        given.start()
      },
    })
    second.start()
  },
})
first.start()
