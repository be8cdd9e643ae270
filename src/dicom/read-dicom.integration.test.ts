/** That Node itself finds what vitest finds: dicom-parser is a bundle without names of its own. */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { buildDicom, element, imageElements, pixelElement } from '../../test/dicom-builder.ts';

it('Node reads a DICOM file without a bundler', () => {
  const module = new URL('read-dicom.ts', import.meta.url).href;
  const script = `const { readDicom } = await import(${JSON.stringify(module)});
    const { readFileSync } = await import('node:fs');
    console.log(readDicom(readFileSync(0)).pixels.rows);`;
  const input = buildDicom([element(0x0008_0005, 'CS', ''), ...imageElements(), pixelElement([1, 2, 3, 4])]);
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { input, encoding: 'utf8' });
  expect(output).toBe('2\n');
});
