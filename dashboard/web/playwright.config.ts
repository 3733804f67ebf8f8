// The page in a real Chromium, against dashboards that the test in ../../e2e has started. It says by environment variables where they are.
import { defineConfig } from '@playwright/test'

const { CHROMIUM, DASHBOARD_A, RESULTS } = process.env
if (!DASHBOARD_A)
  throw new Error("these tests need a system that runs: 'go test -tags e2e -run TestControlRoom ./e2e' starts one and runs them")

export default defineConfig({
  testDir: 'e2e',
  outputDir: RESULTS,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['list', { printSteps: false }]],
  use: {
    baseURL: DASHBOARD_A,
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox', // a container's root cannot have one
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--enable-precise-memory-info',
        // WebGL without a graphics card
        '--use-gl=angle',
        '--use-angle=swiftshader',
        '--enable-unsafe-swiftshader',
      ],
    },
  },
})
