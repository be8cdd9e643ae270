/** The licences of everything that comes with this package: each package once, each text once. */
import { findSupplements } from './licence-supplements.ts';
import { findLicenceTexts, tidy } from './licence-texts.ts';
import type { RuntimePackage } from './runtime-packages.ts';

/** A package whose code the bundler put into the page, as Vite's `build.license` writes it. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly identifier?: string | null | undefined;
  readonly text?: string | undefined;
}

const rule = '='.repeat(80);

/**
 * @param installed what npm installs beside this package, on one platform or another
 * @param bundled whose code is part of this package's own files
 * @returns plain text
 * @throws Error for a package whose licence text cannot be found
 */
export function renderThirdPartyNotices(
  installed: readonly RuntimePackage[],
  bundled: readonly BundledPackage[],
): string {
  const numbers = new Map<string, number>();
  const row = (name: string, version: string, license: string, texts: readonly string[]): string => {
    const cited = texts.map((text) => {
      const number = numbers.get(text) ?? numbers.size + 1;
      numbers.set(text, number);
      return `[${number}]`;
    });
    return `${name} ${version}, ${license}: ${[...new Set(cited)].join(' ')}`;
  };
  const inside = bundled.map(({ name, version, identifier, text }) => {
    if (text === undefined || identifier === undefined || identifier === null) {
      throw new Error(`${name}, which is part of the page, brings no licence`);
    }
    return row(name, version, identifier, [tidy(text)]);
  });
  const beside = installed.map((one) =>
    row(one.name, one.version, one.license, [...findLicenceTexts(one, installed), ...findSupplements(one, installed)]),
  );
  return [
    'Pneumoscope is licensed under the Apache License 2.0; see LICENSE. It uses the work of others under their own licences.',
    'Numbers in brackets lead to the texts below.',
    `${rule}\nPart of this package: the code of the page\n${rule}\n\n${inside.join('\n')}`,
    `${rule}\nInstalled beside this package, some of it on some platforms alone\n${rule}\n\n${beside.join('\n')}`,
    ...[...numbers].map(([text, number]) => `${rule}\n[${number}]\n${rule}\n\n${text}`),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}
