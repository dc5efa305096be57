import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../shared/datasets/mnist/', import.meta.url))
const names = ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz']

/** Folder of real MNIST files in the IDX format, or null where this clone stands alone. */
export const mnistFolder: string | null = names.every(name => existsSync(folder + name)) ? folder : null

/** The four files, empty where there are none; stories then use the bundled digits and say so. */
export const mnistFiles: readonly string[] = mnistFolder ? names.map(name => mnistFolder + name) : []
