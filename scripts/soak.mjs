// `npm run soak -- [cpu] [wasm] [null] [webgpu] [tfjs] [plan]`: bundles bench/soak.ts and runs it; NETLOOM_STEPS changes the steps per network from 1,000,
// NETLOOM_PART=1/4 takes the second of four parts of the networks.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { root } from './freshness.mjs'

const outfile = join(root, 'dist/soak/soak.mjs')
await esbuild.build({
  ...{ absWorkingDir: root, entryPoints: ['bench/soak.ts'], outfile, bundle: true, logLevel: 'warning' },
  ...{ platform: 'node', target: 'node20', format: 'esm' },
  external: ['@tensorflow/*', 'h5wasm', 'h5wasm/*', 'onnxruntime-web', 'webgpu'],
})
process.exitCode = spawnSync(process.execPath, ['--expose-gc', outfile, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1
