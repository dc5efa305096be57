import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Both hosts serve these, so that threads (SharedArrayBuffer) are allowed. */
export const isolationHeaders = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

export default defineConfig({
  root: 'renderer',
  base: './',
  publicDir: '../assets',
  plugins: [react()],
  worker: { format: 'es' },
  build: { outDir: '../dist/renderer', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 3000 },
  server: { headers: isolationHeaders },
})
