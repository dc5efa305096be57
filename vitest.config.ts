import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['{shared,renderer,electron,cli,scripts,templates}/**/*.test.{ts,tsx}'], testTimeout: 30_000 },
})
