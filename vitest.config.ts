import { defineConfig, defineProject } from 'vitest/config';

const results = process.env['TEST_RESULTS'];

const common = {
  environment: 'node',
  // Child processes, not threads: ONNX Runtime and sharp are native, and a crash then costs one file, not the run.
  pool: 'forks',
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // A test in which no assertion ran has tested nothing.
  expect: { requireAssertions: true },
} as const;

const integration = '**/*.integration.test.ts';
const page = 'test/page/**/*.test.ts';

/**
 * Three tiers, by what a test needs: `unit` needs nothing and is quick, `integration` trains, serves, starts programs or works for seconds,
 * `page` drives a browser. `npm run test:unit` and so on run one tier, `npm test` all of them.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
    projects: [
      defineProject({
        test: {
          ...common,
          name: 'unit',
          // These change nothing outside of themselves, so the files of one worker share its modules: half of the time.
          isolate: false,
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.ts'],
          exclude: [integration, page],
        },
      }),
      defineProject({
        test: { ...common, name: 'integration', include: [`src/${integration}`, `test/${integration}`] },
      }),
      defineProject({ test: { ...common, name: 'page', include: [page], globalSetup: ['test/page/build-page.ts'] } }),
    ],
  },
});
