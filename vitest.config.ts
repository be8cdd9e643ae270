import { defineConfig } from 'vitest/config';

const results = process.env['TEST_RESULTS'];

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.ts'],
    environment: 'node',
    // Child processes, not threads: ONNX Runtime and sharp are native, and a crash then costs one file, not the run.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A test in which no assertion ran has tested nothing.
    expect: { requireAssertions: true },
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
  },
});
