/**
 * Everything that must hold of a checkout with its packages installed. The one list of these steps: `.ci/run` and the workflow of GitHub
 * both call it. The first step that fails ends it.
 */
import { spawnSync } from 'node:child_process';

/** Each as one would type it. */
const steps: readonly string[] = [
  // The README's test command: format, lint with the layer rules, types, tests.
  'npm test',
  // The tarball, installed into an empty folder, as a user would.
  'npm run check:package',
  // The reference of the public API: that all that it mentions is part of it.
  'npm run reference',
  // The benchmark and the examples, as small as they go: that they work, not how fast.
  'npm run bench -- --smoke',
  'npm run bench:serve -- --smoke',
  // Each part of the trial, as small as it goes.
  'npm run torture -- --smoke',
  'npm run examples',
];

const onGitHub = process.env['GITHUB_ACTIONS'] === 'true';

for (const step of steps) {
  console.log(onGitHub ? `::group::${step}` : `\n== ${step}`);
  const start = performance.now();
  const { status, signal } = spawnSync(step, { stdio: 'inherit', shell: true });
  if (onGitHub) console.log('::endgroup::');
  if (status !== 0) {
    console.log(`FAILED in: ${step} (${signal ?? `exit code ${status}`})`);
    process.exitCode = 1;
    break;
  }
  console.log(`== ${step}: done in ${Math.round((performance.now() - start) / 1000)} s`);
}
