/** Runs programs as somebody would who has nothing of this project but its package, under the Node that runs this script. */
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

// What npm told this script's own process must not reach the npm that plays the user, least of all `ignore-scripts`.
const inherited = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$|^NODE_OPTIONS$/i.test(name));
const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));

export const userEnvironment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(inherited),
  PATH: [dirname(process.execPath), ...path].join(delimiter),
};

/** A project with nothing in it, and one package installed from its tarball. */
export function installAlone(folder: string, tarball: string): void {
  mkdirSync(folder);
  const manifest = { name: 'user', version: '1.0.0', private: true, type: 'module' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  runAsUser('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball], folder);
}

/** @returns what the program writes to its standard output. @throws Error when it fails */
export function runAsUser(program: string, args: readonly string[], cwd: string): string {
  const options: ExecFileSyncOptions = {
    cwd,
    env: userEnvironment,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  };
  try {
    return execFileSync(program, args, { ...options, encoding: 'utf8' });
  } catch (error) {
    // A compiler says what is wrong on its standard output.
    if (error instanceof Error && 'stdout' in error) console.error(String(error.stdout));
    throw error;
  }
}
