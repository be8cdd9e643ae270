/**
 * The licence texts of one package: its own files where it brings them, else those of an installed package of its family, else the
 * text that SPDX lists under its licence, with the owner that the package names elsewhere. A package without a text is an error.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import type { RuntimePackage } from './runtime-packages.ts';

const licenceFile = /^(licen[cs]e|copying|notice|copyright|third.?party)/i;
const platformSuffix = /-(?:linux|linuxmusl|darwin|win|win32|freebsd|android|webcontainers|wasm32)(?:-.*)?$/;
/** SPDX gives these texts with a placeholder for the owner, or with their first owner. */
const namesItsOwner = /^(?:MIT|ISC|BSD-[23]-Clause)$/;

/** Of packages, or families of them, that bring no licence file: from their package.json, their sources, or their project's licence. */
const owners: Readonly<Record<string, string>> = {
  '@cornerstonejs/codec-libjpeg-turbo-8bit':
    'The package names no owner; its source is https://github.com/cornerstonejs/codecs',
  '@emnapi/runtime': 'Copyright (c) 2021-present Toyobayashi',
  // Its MIT part is the run-time of emscripten.
  '@img/sharp-wasm32': 'Copyright (c) 2010-2014 Emscripten authors',
  'abstract-logging': 'Copyright (c) James Sumners',
  // On a machine for which there is no such package, and so no licence file of one.
  node: 'Copyright Node.js contributors. The work of others in it: https://github.com/nodejs/node/blob/main/LICENSE',
  'onnxruntime-common': 'Copyright (c) 2018 - present Microsoft Corporation',
  'onnxruntime-node': 'Copyright (c) 2018 - present Microsoft Corporation',
};

const spdxSchema = z.object({ licenseText: z.string() });
const require = createRequire(import.meta.url);

/**
 * @param all the packages among which its family is looked for: those of other platforms are not installed
 * @throws Error where the licence begins with an owner that is not known, or SPDX does not list the licence
 */
export function findLicenceTexts(one: RuntimePackage, all: readonly RuntimePackage[]): readonly string[] {
  for (const { folder } of [one, ...findFamily(one, all)]) {
    const texts = readLicenceFiles(folder);
    if (texts.length > 0) return texts;
  }
  // The Google part of protobuf has its text in its source; see licence-supplements.ts.
  const identifiers = one.name === '@bufbuild/protobuf' ? ['Apache-2.0'] : listIdentifiers(one.license);
  return identifiers.map((identifier) => {
    const text = readSpdxText(identifier);
    return namesItsOwner.test(identifier)
      ? nameOwner(text, owners[one.name] ?? owners[nameFamily(one.name)], one.name)
      : text;
  });
}

/** Packages that differ from this one in the platform, or in the version, alone. */
export function findFamily(one: RuntimePackage, all: readonly RuntimePackage[]): readonly RuntimePackage[] {
  return all.filter(({ name, license }) => nameFamily(name) === nameFamily(one.name) && license === one.license);
}

/** `@img/sharp-linux-x64` -> `@img/sharp` */
export function nameFamily(name: string): string {
  return name.replace(platformSuffix, '');
}

/** `(MIT AND OFL-1.1)` -> `MIT`, `OFL-1.1` */
export function listIdentifiers(expression: string): readonly string[] {
  return expression.split(/[()\s]+|\b(?:AND|OR)\b/).filter((part) => part !== '');
}

/** The text of a licence as SPDX lists it. */
export function readSpdxText(identifier: string): string {
  const file = require.resolve(`spdx-license-list/licenses/${identifier}.json`);
  return tidy(spdxSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).licenseText);
}

/** Puts the owner where the text has its line for the copyright, and drops further such lines. */
export function nameOwner(text: string, owner: string | undefined, name: string): string {
  if (owner === undefined) {
    throw new Error(`${name} brings no licence text; name its owner in scripts/package/licence-texts.ts`);
  }
  const [first, ...others] = text.match(/^copyright \(c\).*\n/gim) ?? [];
  if (first === undefined) throw new Error(`the licence text for ${name} has no line for its owner`);
  return others.reduce((rest, other) => rest.replace(other, ''), text).replace(first, `${owner}\n`);
}

/** Without a byte-order mark, carriage returns and blanks at the ends of lines, so that equal texts are equal. */
export function tidy(text: string): string {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

function readLicenceFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => licenceFile.test(name) && !/\.[cm]?[jt]s$/.test(name));
  return names.toSorted().map((name) => tidy(readFileSync(join(folder, name), 'utf8')));
}
