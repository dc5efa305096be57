// Bundles the program of stand-alone pages (player/, tfjs's layers and cpu backend) into player/out (never committed):
// player.js, an ES module that also opens without a page, and player.css. Does nothing when both are younger than their sources.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { youngest } from './freshness.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = join(root, 'player/out')
const SOURCES = ['player', 'shared', 'renderer/ui/tokens.css', 'scripts/buildPlayer.mjs', 'package-lock.json']
const FILES = ['player.js', 'player.css']

const time = path => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
const isFresh = () => {
  const newest = Math.max(...SOURCES.map(source => youngest(join(root, source), path => path !== out && !path.includes('.gen.'))))
  return FILES.every(name => time(join(out, name)) > newest)
}

/** tfjs keeps its engine in globals; the player's copy takes names of its own, so that it can be opened beside another tfjs without sharing backends. */
const ownGlobals = {
  name: 'own-globals',
  setup: build =>
    build.onLoad({ filter: /tfjs-core[\\/]dist[\\/](engine|global_util)\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('_tfengine', '_netloomPlayer').replaceAll('_tfGlobals', '_netloomPlayerGlobals'),
      loader: 'js',
    })),
}

const build = async () => {
  const esbuild = await import('esbuild')
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { player: 'player/main.ts', 'player-style': 'player/page.css' },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    mainFields: ['module', 'main'],
    // Pages are no Node, wherever this is opened.
    define: { process: 'undefined' },
    plugins: [ownGlobals],
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  })
  const text = suffix => outputFiles.find(file => file.path.endsWith(suffix))?.text.trim() ?? ''
  const [script, style] = [text('.js'), text('.css')]
  if (/<!--|<\/script/i.test(script) || /<\//.test(style)) throw new Error('The player holds text that would end the element it lies in.')
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'player.js'), script)
  writeFileSync(join(out, 'player.css'), style)
}

if (!isFresh()) await build()
