/** What the entry points of the installed package load when they are imported, and what the installed command does on an old Node. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listLoadedModules } from './loaded-modules.ts';
import { userEnvironment } from './run-as-user.ts';

/** Packages that no entry point loads before they are needed: the runtime in threads, charts, a server. */
export const lazyPackages = /^(onnxruntime-.*|vega.*|@resvg\/.*|fastify|@fastify\/.*|helmet|prom-client|commander)$/;

/** Entry points that load no other package, and the folders of the package that they may load. */
const light: ReadonlyMap<string, RegExp> = new Map([
  ['./client', /\/dist\/app\/client\/(index|request|service-client)\.js$/],
  ['./statistics', /\/dist\/(base|statistics)\//],
]);

/**
 * @param folder of the user, who has the package `name` installed
 * @param entries such as `.` and `./client`
 * @throws Error that names what an entry point loads and should not
 */
export function checkEntries(folder: string, name: string, entries: readonly string[]): void {
  for (const entry of entries) {
    const specifier = entry === '.' ? name : `${name}/${entry.slice(2)}`;
    const { own, packages } = listLoadedModules(specifier, folder);
    const allowed = light.get(entry);
    const heavy = packages.filter((one) => allowed !== undefined || lazyPackages.test(one));
    if (heavy.length > 0) throw new Error(`importing ${specifier} loads ${heavy.join(', ')}`);
    const strange = own.filter((file) => allowed?.test(file) === false);
    if (strange.length > 0) throw new Error(`importing ${specifier} loads ${strange.join(', ')}`);
    console.log(
      `importing ${specifier} loads ${own.length} files of the package and of others: ${packages.join(', ') || 'none'}`,
    );
  }
}

/** The package must not put a Node of its own before the user's. @throws Error */
export function checkNoNode(folder: string): void {
  const node = join(folder, 'node_modules/.bin/node');
  if (existsSync(node)) throw new Error(`the package brings a Node with it: ${node}`);
}

/**
 * Lets the installed package ask for a Node that does not exist yet.
 *
 * @param installed the package as it is installed
 * @param bin its command, relative to it
 * @throws Error unless the command says so in one sentence and fails
 */
export function checkOldNode(installed: string, bin: string): void {
  const manifest = join(installed, 'package.json');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replace(/"node": ">=[\d.]+"/, '"node": ">=99.1"'));
  try {
    const args = [join(installed, bin), 'predict', '--json'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: userEnvironment, encoding: 'utf8' });
    const sentence = `error: pneumoscope needs Node 99.1 or newer, but this is Node ${process.versions.node}; install a newer Node and run the command again\n`;
    if (status !== 1 || stdout !== '' || stderr !== sentence) {
      throw new Error(`on an old Node the command ended with ${status} and said: ${stdout}${stderr}`);
    }
  } finally {
    writeFileSync(manifest, text);
  }
}
