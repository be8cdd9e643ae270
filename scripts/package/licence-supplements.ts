/**
 * What a package contains besides its own work, where its licence files say nothing of it. Each entry quotes the installed package and
 * fails where what it quotes is gone, so that an update cannot make it untrue unnoticed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listIdentifiers, nameOwner, readSpdxText, tidy } from './licence-texts.ts';
import type { RuntimePackage } from './runtime-packages.ts';

type Supplement = (one: RuntimePackage) => readonly string[];

const supplements: Readonly<Record<string, Supplement>> = {
  '@bufbuild/protobuf': ({ folder }) => [
    quote(join(folder, 'dist/esm/index.js'), /^\/\/ Copyright .* Buf Technologies.*$/m),
    `Of its dist/esm/wire/varint.js:\n\n${quote(join(folder, 'dist/esm/wire/varint.js'), /^(?:\/\/.*\n)+/)}`,
  ],
  '@cornerstonejs/codec-libjpeg-turbo-8bit': ({ folder, name }) => {
    const library = join(folder, 'dist/libjpegturbowasm_decode.wasm');
    const owner = quote(library, /Copyright \(C\) [\w -]*libjpeg-turbo[\w -]*/);
    return [
      [
        'It contains libjpeg-turbo, compiled to WebAssembly, under the licences IJG, BSD-3-Clause and Zlib:',
        owner,
        'This software is based in part on the work of the Independent JPEG Group.',
      ].join('\n'),
      readSpdxText('IJG'),
      nameOwner(readSpdxText('BSD-3-Clause'), owner, name),
      readSpdxText('Zlib'),
    ];
  },
  'dcmjs-codecs': ({ folder, name }) => {
    const library = join(folder, 'build/dcmjs-native-codecs.wasm');
    const parts = ['charls', 'highway', 'libjxl', 'openjpeg', 'openjph', 'skcms'].map((part) =>
      quote(library, new RegExp(`(?<=/wasm/lib/)${part}[-_][\\w.]+(?=/)`)),
    );
    const source =
      'Copyright of its authors, whom https://github.com/PantelisGeorgiadis/dcmjs-codecs/tree/master/wasm names';
    return [
      [
        `It contains, compiled to WebAssembly under the licences BSD-2-Clause, BSD-3-Clause and IJG: ${parts.join(', ')}, libjpeg.`,
        'This software is based in part on the work of the Independent JPEG Group.',
      ].join('\n'),
      readSpdxText('IJG'),
      nameOwner(readSpdxText('BSD-2-Clause'), source, name),
      nameOwner(readSpdxText('BSD-3-Clause'), source, name),
    ];
  },
  'onnxruntime-node': ({ version }) => [
    [
      'Its binaries contain the work of others. The package does not list it; its project does:',
      `https://github.com/microsoft/onnxruntime/blob/v${version}/ThirdPartyNotices.txt`,
    ].join('\n'),
  ],
};

/**
 * The further notices of a package.
 *
 * @param all the packages among which an installed one is looked for that speaks for those of other platforms
 */
export function findSupplements(one: RuntimePackage, all: readonly RuntimePackage[]): readonly string[] {
  const holdsLibvips = one.name.startsWith('@img/sharp-') && listIdentifiers(one.license).includes('LGPL-3.0-or-later');
  if (holdsLibvips) return [readSpdxText('LGPL-3.0-or-later'), quoteLibvips(all)];
  return supplements[one.name]?.(one) ?? [];
}

/** The libraries that libvips is built with, in the words of an installed package of sharp. */
function quoteLibvips(all: readonly RuntimePackage[]): string {
  const readmes = all
    .filter(({ name }) => name.startsWith('@img/sharp-'))
    .map(({ folder }) => join(folder, 'README.md'))
    .filter((file) => existsSync(file));
  const readme = readmes.find((file) => libvipsTable.test(readFileSync(file, 'latin1')));
  if (readme === undefined) throw new Error('no installed package of sharp lists the libraries in libvips');
  return `The libraries in libvips, as the README of a package of sharp lists them:\n\n${quote(readme, libvipsTable)}`;
}

const libvipsTable = /^This software contains third-party libraries\n[^]*?(?=\nPlease report)/m;

/** Without the signs of a comment. Bytes are read as characters, so that a pattern finds text in a binary file too. */
function quote(file: string, pattern: RegExp): string {
  const [found] = pattern.exec(readFileSync(file, 'latin1')) ?? [];
  if (found === undefined) throw new Error(`${file} no longer says what scripts/package/licence-supplements.ts quotes`);
  return tidy(
    Buffer.from(found, 'latin1')
      .toString('utf8')
      .replaceAll(/^\/\/ ?/gm, ''),
  );
}
