import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs'
import { libraries } from '../../node/libraries.ts'
import { buildModel } from '../engine/build.ts'
import type { ExportedFile } from '../engine/protocol.ts'
import { setWeights } from '../engine/weights.ts'
import { resolve } from '../graph/resolve.ts'
import { type Result, unwrap } from '../result.ts'
import { type ReadFiles, readFiles } from './read.ts'

const folder = fileURLToPath(new URL('../../../shared/', import.meta.url))

/** True where real model files and MNIST lie beside the repository. */
export const hasModels = existsSync(`${folder}models/keras-mnist.h5`) && existsSync(`${folder}datasets/mnist`)

/** Bytes of a file beside the repository. */
export const besides = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(folder + path))

/** Files as a person would choose them. */
export const models = (...names: string[]): ExportedFile[] => names.map(path => ({ path, bytes: besides(`models/${path}`) }))

/** Reads files as the program does. */
export const read = (files: readonly ExportedFile[]): Promise<Result<ReadFiles>> => readFiles({ files, open: null, tf, libraries })

/** What was read as a model with its weights; the caller disposes of it. */
export const modelOf = ({ project, weights }: Pick<ReadFiles, 'project' | 'weights'>): tf.LayersModel => {
  const model = unwrap(buildModel(resolve(project), tf, 1))
  const set = setWeights(tf, model, weights ?? [])
  if (weights && set !== model.weights.length) throw new Error(`${set} of ${model.weights.length} weights were set`)
  return model
}

/** A file of text. */
export const textFile = (path: string, text: string): ExportedFile => ({ path, bytes: new TextEncoder().encode(text) })

/** A file of JSON. */
export const jsonFile = (path: string, value: unknown): ExportedFile => textFile(path, JSON.stringify(value))
