import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['{shared,renderer,electron,node,cli,scripts,templates,bench,e2e/support}/**/*.test.{ts,tsx}'], testTimeout: 30_000 },
})
