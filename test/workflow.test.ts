/** The workflow of GitHub is one that GitHub accepts, asks for nothing it does not need, and does what `.ci/run` does. */
import { readFile } from 'node:fs/promises';
import * as nodeModule from 'node:module';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = new URL('../', import.meta.url);
const text = await readFile(new URL('.github/workflows/ci.yml', root), 'utf8');
const stepSchema = z.union([z.object({ run: z.string() }), z.object({ uses: z.string() })]);
const workflowSchema = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  concurrency: z.looseObject({ group: z.string() }),
  jobs: z.record(
    z.string(),
    z.looseObject({
      'timeout-minutes': z.number(),
      strategy: z
        .looseObject({ matrix: z.looseObject({ node: z.array(z.string()), system: z.array(z.string()) }) })
        .optional(),
      steps: z.array(stepSchema),
    }),
  ),
});
const { permissions, jobs } = workflowSchema.parse(parse(text));
const check = jobs['check'];

/** GitHub's parser imports JSON as only bundlers allow, so that Node has to be told; versions before 22.15 cannot be. */
const canLoadParser = 'registerHooks' in nodeModule;

/** What GitHub's own parser objects to. */
async function listErrors(content: string): Promise<readonly string[]> {
  const hooks = nodeModule.registerHooks({
    load: (url, context, next) =>
      next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
  });
  try {
    const parser = await import('@actions/workflow-parser');
    const file = { name: 'ci.yml', content };
    const { context, value } = parser.parseWorkflow(file, new parser.NoOperationTraceWriter());
    if (value !== undefined) await parser.convertWorkflowTemplate(context, value);
    return context.errors.getErrors().map(({ message }) => message);
  } finally {
    hooks.deregister();
  }
}

describe('the workflow', () => {
  it.runIf(canLoadParser)('is valid for the parser of GitHub', async () => {
    expect(await listErrors(text)).toEqual([]);
    expect(await listErrors(text.replace('runs-on:', 'runs-in:'))).not.toEqual([]);
    expect(await listErrors(text.replaceAll('${{ matrix.node }}', '${{ matrixes.node }}'))).not.toEqual([]);
  });

  it('runs the commands of .ci/run, in its order', async () => {
    const script = await readFile(new URL('.ci/run', root), 'utf8');
    const commands = script.split('\n').filter((line) => /^(npm|npx|node) /.test(line));
    expect(commands).toHaveLength(2);
    expect(check?.steps.flatMap((step) => ('run' in step ? [step.run] : []))).toEqual(commands);
  });

  it('runs nothing but scripts of package.json', async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(new URL('package.json', root), 'utf8')));
    const commands = Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => ('run' in step ? [step.run] : [])),
    );
    const named = commands
      .filter((command) => command !== 'npm ci')
      .map((command) => /^npm run (\S+)/.exec(command)?.[1]);
    expect(named).toEqual(['check:all', 'package', 'check:package']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  it('covers the platforms and the oldest Node that the package names', async () => {
    const manifest = z.object({ engines: z.object({ node: z.string() }) });
    const { engines } = manifest.parse(JSON.parse(await readFile(new URL('package.json', root), 'utf8')));
    const { node, system } = check?.strategy?.matrix ?? {};
    expect(node).toEqual([engines.node.replace('>=', ''), '24']);
    expect(system?.map((name) => name.replace(/-[\d.]+/, ''))).toEqual(['ubuntu', 'ubuntu-arm', 'macos', 'windows']);
  });

  it('may read the repository and nothing else, and takes actions of GitHub alone, each at a major version', () => {
    expect(permissions).toEqual({ contents: 'read' });
    const uses = Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => ('uses' in step ? [step.uses] : [])),
    );
    expect(uses).not.toEqual([]);
    expect(uses.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(90);
  });
});
