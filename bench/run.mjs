// `npm run bench [-- lenet mlp vgg-small] [--rounds N] [--seconds S] [--limit S] [--no-browser] [--no-card] [--no-frames]`: how fast networks train
// here, beside stock tfjs in the same browser, PyTorch, and on the graphics card; what the window costs while it trains. One table, and JSON in out/.
import { ensureInstalled } from '../scripts/ensureInstalled.mjs'
import { findBrowser } from '../scripts/findBrowser.mjs'
import { load, prepare, run } from './bundle.mjs'
import { measureFrames } from './frames.mjs'

run(async args => {
  ensureInstalled()
  prepare()
  const { main } = await load('main')
  await main(args, findBrowser(), measureFrames)
})
