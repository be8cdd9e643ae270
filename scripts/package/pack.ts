/**
 * The one way to a tarball: builds, then packs what `files` in package.json names, with a manifest for users. The manifest of the checkout
 * is private, so that npm refuses to publish from the checkout itself, where no build need have run: install scripts are off in
 * .npmrc, and npm then runs no `prepack` either.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

export interface Tarball {
  readonly file: string;
  /** in bytes */
  readonly size: number;
  /** relative to the package, with '/' */
  readonly files: readonly string[];
}

const packSchema = z.object({
  filename: z.string(),
  size: z.number(),
  files: z.array(z.object({ path: z.string() })),
});
const manifestSchema = z.looseObject({ scripts: z.record(z.string(), z.string()).optional() });

/** What serves the checkout and would only puzzle users, or, as `private`, keep it from being published. */
const checkoutOnly = new Set(['private', 'devDependencies', 'allowScripts']);
/** The scripts that npm runs at a user's. */
const userScripts = new Set(['preinstall']);

/** @param out the folder for the tarball; made where it is missing */
export function buildTarball(root: string, out: string): Tarball {
  execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' });
  const stage = mkdtempSync(join(tmpdir(), 'pneumoscope-stage-'));
  try {
    for (const { path } of npmPack(root, ['--dry-run']).files) cpSync(join(root, path), join(stage, path));
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(toPublishedManifest(manifest), null, 2)}\n`);
    mkdirSync(out, { recursive: true });
    const { filename, size, files } = npmPack(stage, ['--pack-destination', out]);
    return { file: join(out, filename), size, files: files.map(({ path }) => path) };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Packs pneumoscope-client, which {@link buildTarball} has built. @param out the folder for the tarball; made where it is missing */
export function packClient(root: string, out: string): Tarball {
  mkdirSync(out, { recursive: true });
  const { filename, size, files } = npmPack(join(root, 'packages/client/dist'), ['--pack-destination', out]);
  return { file: join(out, filename), size, files: files.map(({ path }) => path) };
}

/** The manifest of the checkout -> that of the package. */
export function toPublishedManifest(manifest: unknown): Record<string, unknown> {
  const { scripts = {}, ...rest } = manifestSchema.parse(manifest);
  const kept = Object.entries(scripts).filter(([name]) => userScripts.has(name));
  return Object.fromEntries(
    Object.entries({ ...rest, scripts: Object.fromEntries(kept) }).filter(([name]) => !checkoutOnly.has(name)),
  );
}

function npmPack(folder: string, args: readonly string[]): z.infer<typeof packSchema> {
  const answer: unknown = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 64 * 1024 ** 2,
      shell: process.platform === 'win32',
    }),
  );
  // npm 12 answers with an object by package name, npm 11 with a list of one.
  const [packed] = z.array(packSchema).parse(Array.isArray(answer) ? answer : Object.values(answer ?? {}));
  if (packed === undefined) throw new Error(`npm pack made no tarball of ${folder}`);
  return packed;
}
