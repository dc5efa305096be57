export * from './base'
export * from './filterGrad'
export * from './gemm'
