// The page in a real Chromium, against dashboards that the test in ../../e2e has started. It says by environment variables where they are.
import { defineConfig } from '@playwright/test'

const { CHROMIUM, DASHBOARD_A, RESULTS, SLOWNESS = '1' } = process.env
if (!DASHBOARD_A)
  throw new Error("these tests need a system that runs: 'go test -tags e2e -run TestControlRoom ./e2e' starts one and runs them")

const args = [
  '--no-sandbox', // a container's root cannot have one
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--enable-precise-memory-info',
]

export default defineConfig({
  testDir: 'e2e',
  outputDir: RESULTS,
  workers: 1,
  // For a machine as fast as the one that the limits were set on (e2e/main_test.go); a slower one has more.
  timeout: 90_000 * Number(SLOWNESS),
  expect: { timeout: 10_000 * Number(SLOWNESS) },
  reporter: [['list', { printSteps: false }]],
  use: {
    baseURL: DASHBOARD_A,
    viewport: { width: 1280, height: 800 },
    // Recording the page is most of the work: TRACE=yes does it, for debugging.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'as it is', testMatch: /latency|many|analysis|health/, use: { launchOptions: { executablePath: CHROMIUM, args } } },
    {
      name: 'with WebGL',
      testIgnore: /latency|many|analysis|health/,
      use: {
        // In software, where there is no graphics card: good for maps, and slow for all else.
        launchOptions: { executablePath: CHROMIUM, args: [...args, '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] },
      },
    },
  ],
})
