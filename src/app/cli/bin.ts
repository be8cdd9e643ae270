#!/usr/bin/env node
/**
 * What the installed command runs. It looks at Node's version before anything else is loaded, because an old Node cannot even parse what
 * the program is made of. So this file imports nothing but Node's own modules.
 */
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly engines: { readonly node: string };
};
const oldest = manifest.engines.node.replace('>=', '');
const present = process.versions.node;
if (isOlder(present, oldest)) {
  process.stderr.write(
    `error: pneumoscope needs Node ${oldest} or newer, but this is Node ${present}; install a newer Node and run the command again\n`,
  );
  process.exitCode = 1;
} else {
  await import('./main.ts');
}

/** Compares versions such as 22.13 and 20.20.2 number by number; what is missing is 0. */
function isOlder(version: string, than: string): boolean {
  const [numbers, limits] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let place = 0; place < limits.length; place++) {
    const difference = (numbers[place] ?? 0) - (limits[place] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
