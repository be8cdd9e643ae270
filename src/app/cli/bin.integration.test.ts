import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const source = path.join(import.meta.dirname, 'bin.ts');
const manifest = z
  .object({ version: z.string(), engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../package.json'), 'utf8')));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bin-'));
  mkdirSync(path.join(folder, 'src/app/cli'), { recursive: true });
  cpSync(source, path.join(folder, 'src/app/cli/bin.ts'));
  writeFileSync(path.join(folder, 'src/app/cli/main.ts'), `process.stdout.write('main\\n');\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command in a package that asks for another Node than ours does. */
function runUnder(engine: string): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module', engines: { node: engine } }));
  return spawnSync(process.execPath, ['src/app/cli/bin.ts'], { cwd: folder, encoding: 'utf8' });
}

describe('the installed command', () => {
  it('is the program', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [source, '--version'], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('says in one sentence that Node is too old, and loads nothing', () => {
    const present = process.versions.node;
    const [major, minor] = present.split('.').map(Number) as [number, number];
    for (const wanted of [`${major + 1}.0`, `${major}.${minor + 1}`, `${major + 1}`]) {
      const sentence = `error: pneumoscope needs Node ${wanted} or newer, but this is Node ${present}; install a newer Node and run the command again\n`;
      expect(runUnder(`>=${wanted}`)).toMatchObject({ status: 1, stdout: '', stderr: sentence });
    }
  });

  it('runs where Node is new enough', () => {
    const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
    for (const wanted of [`${major}.${minor}`, `${major - 1}.99`, process.versions.node]) {
      expect(runUnder(`>=${wanted}`)).toMatchObject({ status: 0, stdout: 'main\n' });
    }
    expect(manifest.engines.node).toMatch(/^>=\d+\.\d+$/);
  });
});
