import { describe, expect, it } from 'vitest';
import { collectPasted, collectPicked } from './collect-files.ts';
import { isDicom } from './dicom.ts';

const dicomBytes = new Uint8Array(200);
dicomBytes.set(new TextEncoder().encode('DICM'), 128);

/** Implicit VR: (0008,0005), ten bytes. */
const headless = new Uint8Array(200);
headless.set([0x08, 0, 0x05, 0, 10, 0, 0, 0]);

function fileOf(name: string, folder = '', bytes: Uint8Array<ArrayBuffer> = new Uint8Array(200)): File {
  const file = new File([bytes], name, { type: 'image/png' });
  Object.defineProperty(file, 'webkitRelativePath', { value: folder === '' ? '' : `${folder}/${name}` });
  return file;
}

describe('a folder', () => {
  it('gives its images, those of DICOM by their content, without an ending and without a preamble too', async () => {
    const files = [
      fileOf('a.png', 'scans'),
      fileOf('notes.txt', 'scans'),
      fileOf('IM000001', 'scans', dicomBytes),
      fileOf('IM000002', 'scans', headless),
      fileOf('DICOMDIR', 'scans', dicomBytes),
      fileOf('b.dcm', 'scans'),
      fileOf('README', 'scans'),
    ];
    const { found, passedOver } = await collectPicked(files);
    expect([found.map(({ name }) => name), passedOver]).toEqual([
      ['scans/a.png', 'scans/IM000001', 'scans/IM000002', 'scans/b.dcm'],
      3,
    ]);
  });

  it('hands on a file that was chosen by itself, whatever its name', async () => {
    const { found, passedOver } = await collectPicked([fileOf('IM000001', '', dicomBytes)]);
    expect([found.length, passedOver]).toEqual([1, 0]);
  });
});

describe('isDicom', () => {
  it('looks into the file, and believes the name where that says so', async () => {
    expect(await isDicom(fileOf('IM000001', '', dicomBytes))).toBe(true);
    expect(await isDicom(fileOf('old.dcm'))).toBe(true);
    expect(await isDicom(fileOf('a.png'))).toBe(false);
    expect(await isDicom(fileOf('short', '', new Uint8Array(3)))).toBe(false);
  });
});

describe('what is pasted', () => {
  const now = new Date(2026, 0, 2, 3, 4, 5);

  it('has a name by its time, where the browser calls every picture alike', async () => {
    const { found } = await collectPasted([fileOf('image.png'), fileOf('image.png')], now);
    expect(found.map(({ name }) => name)).toEqual(['pasted-03.04.05.png', 'pasted-03.04.05-2.png']);
    expect(found[0]?.file.type).toBe('image/png');
  });

  it('keeps a name of its own', async () => {
    const { found } = await collectPasted([fileOf('patient 7.png')], now);
    expect(found[0]?.name).toBe('patient 7.png');
  });
});
