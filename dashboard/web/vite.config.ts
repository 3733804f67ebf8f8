import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/**/*.test.ts'] },
  build: {
    // The server's content security policy allows files of its own, and neither inline scripts nor data: of code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre and ECharts are that large; they are loaded by the pages that draw.
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
