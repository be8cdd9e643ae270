/** The files that others' programs read of the project: citation, forms for issues, settings of editors. */
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = new URL('../', import.meta.url);
const read = (name: string): Promise<string> => readFile(new URL(name, root), 'utf8');
const readYaml = async (name: string): Promise<unknown> => parse(await read(name));
const manifestSchema = z.object({
  version: z.string(),
  license: z.string(),
  homepage: z.string(),
  bugs: z.object({ url: z.string() }),
  repository: z.object({ url: z.string() }),
});
const manifest = manifestSchema.parse(JSON.parse(await read('package.json')));
const address = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

describe('CITATION.cff', () => {
  // Citation File Format 1.2.0, the part that is used here. Page numbers, years and volumes are integers.
  const text = z.string().min(1);
  const doi = z.string().regex(/^10\.\d{4,9}\/[\w:/;\-.()[\]\\]+$/);
  const author = z.union([
    z.strictObject({ 'family-names': text, 'given-names': text }),
    z.strictObject({ name: text }),
  ]);
  const reference = z.strictObject({
    type: z.enum(['article', 'data']),
    title: text,
    authors: z.array(author).min(1),
    journal: text.optional(),
    publisher: z.strictObject({ name: text }).optional(),
    year: z.int(),
    volume: z.int().optional(),
    issue: z.union([text, z.number()]).optional(),
    start: z.int().optional(),
    end: z.int().optional(),
    version: text.optional(),
    license: text.optional(),
    doi,
  });
  const citation = z.strictObject({
    'cff-version': z.literal('1.2.0'),
    title: text,
    message: text,
    type: z.enum(['software', 'dataset']),
    abstract: text,
    authors: z.array(author).min(1),
    version: text,
    'date-released': z.iso.date().optional(),
    license: text,
    'repository-code': z.url(),
    keywords: z.array(text).min(1),
    references: z.array(reference).min(1),
  });

  it('is valid, and names the version, the licence and the address of package.json', async () => {
    const cited = citation.parse(await readYaml('CITATION.cff'));
    expect(cited).toMatchObject({
      version: manifest.version,
      license: manifest.license,
      'repository-code': address,
    });
    expect(cited.references.map((one) => one.doi)).toContain('10.1016/j.cell.2018.02.010');
  });
});

describe('the forms for issues', () => {
  const attributes = z.strictObject({
    label: z.string(),
    description: z.string().optional(),
    placeholder: z.string().optional(),
    render: z.string().optional(),
  });
  const validations = z.strictObject({ required: z.boolean() }).optional();
  const option = z.strictObject({ label: z.string(), required: z.boolean().optional() });
  const form = z.strictObject({
    name: z.string(),
    description: z.string(),
    labels: z.array(z.string()),
    body: z.array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: z.string() }) }),
        z.strictObject({ type: z.literal('input'), id: z.string(), attributes, validations }),
        z.strictObject({ type: z.literal('textarea'), id: z.string(), attributes, validations }),
        z.strictObject({
          type: z.literal('checkboxes'),
          id: z.string(),
          attributes: z.strictObject({ label: z.string(), options: z.array(option).min(1) }),
        }),
      ]),
    ),
  });

  it.each(['bug', 'feature'])('have the shape that GitHub takes: %s', async (name) => {
    const { body } = form.parse(await readYaml(`.github/ISSUE_TEMPLATE/${name}.yml`));
    const ids = body.flatMap((field) => ('id' in field ? [field.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    // GitHub refuses a form that asks for nothing.
    expect(ids.length).toBeGreaterThan(0);
  });

  it('are all checked here, beside the chooser', async () => {
    const files = await readdir(new URL('.github/ISSUE_TEMPLATE/', root));
    expect(files.toSorted()).toEqual(['bug.yml', 'config.yml', 'feature.yml']);
    const link = z.strictObject({ name: z.string(), url: z.url(), about: z.string() });
    const chooser = z.strictObject({ blank_issues_enabled: z.boolean(), contact_links: z.array(link) });
    expect(chooser.safeParse(await readYaml('.github/ISSUE_TEMPLATE/config.yml')).error).toBeUndefined();
  });
});

it('one address of the project stands everywhere', async () => {
  expect(manifest.homepage).toBe(`${address}#readme`);
  expect(manifest.bugs.url).toBe(`${address}/issues`);
  const files = ['SECURITY.md', 'CODE_OF_CONDUCT.md', 'CITATION.cff', '.github/ISSUE_TEMPLATE/config.yml'];
  for (const file of files) {
    const named = [...(await read(file)).matchAll(/https:\/\/github\.com\/[\w-]+\/[\w-]+/g)].map(([url]) => url);
    expect(named).not.toEqual([]);
    expect(new Set(named)).toEqual(new Set([address]));
  }
});

it('editors are told what the formatter does', async () => {
  const settings = z.object({
    printWidth: z.number(),
    useTabs: z.undefined().optional(),
    tabWidth: z.undefined().optional(),
  });
  const { printWidth } = settings.parse(JSON.parse(await read('.oxfmtrc.json')));
  const [, everywhere] = (await read('.editorconfig')).split(/^\[\*\]$/m);
  const lines = everywhere?.split(/^\[/m)[0]?.split('\n').filter(Boolean);
  // The formatter's defaults: two blanks, Unix line ends, a last line that ends.
  expect(lines).toEqual(
    expect.arrayContaining([
      `max_line_length = ${printWidth}`,
      'indent_style = space',
      'indent_size = 2',
      'end_of_line = lf',
      'insert_final_newline = true',
    ]),
  );
});
