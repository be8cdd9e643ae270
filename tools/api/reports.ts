/**
 * Keeps docs/api/: one report per entry point, with each public name and its signature. A change of the public API so shows as a change
 * of a report, which a review sees.
 *
 *   node tools/api/reports.ts            compares; fails where a report is out of date
 *   node tools/api/reports.ts --update   writes them anew
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const reports = join(root, 'docs/api');
/** What is compared lies here for a moment; git ignores it. */
const work = join(import.meta.dirname, 'dist');
const types = join(work, 'types');
const update = process.argv.includes('--update');

const manifestSchema = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string() })])),
});
const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
/** The declarations of each entry, by the name of its report. */
const entries = Object.entries(manifest.exports).flatMap(([entry, to]): [string, string][] =>
  typeof to === 'string' ? [] : [[reportName(entry), join(types, to.types.replace('./dist/', ''))]],
);

writeDeclarations();
const configs = entries.map(([report, file]) => configure(report, file));
const [first] = configs as [ExtractorConfig];
const compilerState = CompilerState.create(first, { additionalEntryPoints: entries.map(([, file]) => file) });
mkdirSync(reports, { recursive: true });
const stale = configs.filter((config) => {
  const { apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: update,
    // It would speak of every report that is as it should be.
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  return apiReportChanged;
});
const names = stale.map((config) => config.reportFilePath.slice(root.length + 1));
const surplus = readdirSync(reports).filter((file) => file.endsWith('.api.md') && !isReport(file));
if (update) for (const file of surplus) rmSync(join(reports, file));
else names.push(...surplus.map((file) => `docs/api/${file}`));
if (names.length === 0) console.log(`docs/api/ tells the public API: ${entries.length} entry points`);
else if (update) console.log(`written: ${names.join(', ')}`);
else {
  console.error(
    `the public API is not what these files say: ${names.join(', ')}; run npm run api, and look at the difference`,
  );
  process.exitCode = 1;
}

/** `.` -> pneumoscope.api.md, `./engine` -> engine.api.md */
function reportName(entry: string): string {
  return `${entry === '.' ? 'pneumoscope' : entry.slice(2)}.api.md`;
}

function isReport(file: string): boolean {
  return entries.some(([report]) => report === file);
}

function writeDeclarations(): void {
  rmSync(work, { recursive: true, force: true });
  // The project's own compiler, not the one of this folder.
  const tsc = join(createRequire(join(root, 'package.json')).resolve('typescript/package.json'), '../bin/tsc');
  const options = ['--emitDeclarationOnly', '--outDir', types];
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), ...options];
  if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) throw new Error('src/ does not compile');
}

function configure(report: string, file: string): ExtractorConfig {
  const none = { default: { logLevel: ExtractorLogLevel.None } };
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2024', 'esnext.disposable', 'dom'],
    module: 'nodenext',
    strict: true,
  };
  return ExtractorConfig.prepare({
    configObjectFullPath: join(import.meta.dirname, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: file,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: { ...compilerOptions, types: ['node'], skipLibCheck: true },
          files: entries.map(([, declarations]) => declarations),
        },
      },
      apiReport: { enabled: true, reportFileName: report, reportFolder: reports, reportTempFolder: work },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // Comments are the business of the reference; a type that an entry point mentions is exported by the room that it belongs to.
      messages: { compilerMessageReporting: none, extractorMessageReporting: none, tsdocMessageReporting: none },
    },
  });
}
