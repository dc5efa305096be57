export * from './base'
export * from './gemm'
export * from './filterGrad'
