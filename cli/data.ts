import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { downloadFile } from '../node/download.ts'
import { readWhole } from '../node/readWhole.ts'
import { datasetOf, datasets } from '../shared/data/catalogue.ts'
import type { DataContext, Download } from '../shared/data/define.ts'
import { IDX_PREFIX, isIdxName } from '../shared/data/idx.ts'
import { loadRaw, prepare } from '../shared/data/prepare.ts'
import type { PartName, PreparedData } from '../shared/data/prepared.ts'
import type { DataChoice } from '../shared/graph/document.ts'
import type { Shape } from '../shared/layers/shape.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { assetFolder } from './assets.ts'
import type { Io } from './io.ts'

type Files = Map<string, Uint8Array<ArrayBuffer>>

/** Where downloads are kept. */
const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'netloom')

/** The IDX files of a folder, by their names. */
const readIdxFolder = async (folder: string): Promise<Result<Files>> => {
  const names = await readdir(folder).catch(() => null)
  if (!names) return fail('cli/no-folder', `There is no folder ${folder} that can be read.`)
  const files: Files = new Map()
  for (const name of names.filter(isIdxName)) {
    const bytes = await readWhole(join(folder, name))
    if (!bytes.ok) return bytes
    files.set(name, bytes.value)
  }
  if (files.size > 0) return ok(files)
  return fail('cli/no-idx', `${folder} holds no IDX files; expected names like train-images-idx3-ubyte or t10k-labels-idx1-ubyte.gz.`)
}

const fetchAll = async (downloads: readonly Download[], io: Io): Promise<Result<Files>> => {
  const files: Files = new Map()
  for (const file of downloads) {
    const bytes = await downloadFile(
      file,
      cacheFolder(),
      (done, total) => io.progress.show(done / total, `Downloading ${file.name}`),
      io.signal,
    )
    io.progress.clear()
    if (!bytes.ok) return bytes
    files.set(file.name, bytes.value)
  }
  return ok(files)
}

const filesFor = async (source: string, io: Io): Promise<Result<Files>> => {
  if (source.startsWith(IDX_PREFIX)) return readIdxFolder(resolve(source.slice(IDX_PREFIX.length)))
  const dataset = datasetOf(source)
  if (dataset) return fetchAll(dataset.downloads, io)
  return fail(
    'cli/unknown-data',
    `${source ? `There is no data set "${source.slice(0, 200)}"` : 'The project names no data, so --data is needed'}; take one of ${datasets.map(d => d.id).join(', ')}, or idx:DIR for a folder of IDX files.`,
  )
}

/** Loads, fits, splits and normalises the data of a choice, for a network whose input has the shape `wanted`. */
export const loadData = async (choice: DataChoice, io: Io, wanted: Shape | null = null): Promise<Result<PreparedData>> => {
  const files = await filesFor(choice.source, io)
  if (!files.ok) return files
  const folder = assetFolder()
  const ctx: DataContext = {
    asset: path => readWhole(join(folder, path)),
    files: files.value,
    signal: io.signal,
    onProgress: (done, what) => io.progress.show(done, what),
    seed: choice.seed,
  }
  const raw = await loadRaw(choice.source, ctx)
  if (!raw.ok) return raw
  const prepared = await prepare(raw.value, choice, wanted)
  io.progress.clear()
  return prepared
}

/** Refuses a part without samples, saying what the data lacks. */
export const needPart = (data: PreparedData, part: PartName): Result<PartName> =>
  data[part].count > 0
    ? ok(part)
    : fail('cli/empty-part', `The data of ${data.source} has no ${part} part; choose another --split or other data.`)
