import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryName } from '../../base/files/write-file.ts';
import { decodeGray } from '../../imaging/decode/decode.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { pathogen, patientId } from '../kermany/patients.ts';
import { renderPhantom, type PhantomIdentity } from './phantom-render.ts';
import { generatePhantoms, planPhantoms, type PhantomOptions } from './phantoms.ts';
import { splitDataset } from '../split/split.ts';
import type { TaskProgress } from '../../base/tasks.ts';

const base = mkdtempSync(path.join(tmpdir(), 'pneumoscope-phantoms-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let out: string;
beforeEach(() => {
  out = path.join(mkdtempSync(path.join(base, 'p')), 'raw');
});
const generate = (options: Partial<PhantomOptions> = {}) =>
  generatePhantoms({ out, patients: 8, size: 64, ...options });

const healthy: PhantomIdentity = { seed: 5, patient: 3, image: 0, pathogen: undefined };
const mean = (image: GrayImage): number => image.data.reduce((sum, value) => sum + value, 0) / image.data.length;

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .toSorted();
}

describe('a phantom', () => {
  it('is drawn from its identity alone', () => {
    const first = renderPhantom(healthy, 96);
    expect(renderPhantom(healthy, 96).data).toEqual(first.data);
    for (const other of [{ seed: 6 }, { patient: 4 }, { image: 1 }, { pathogen: 'virus' as const }]) {
      expect(renderPhantom({ ...healthy, ...other }, 96).data).not.toEqual(first.data);
    }
  });

  it('has dark lungs, a brighter spine, heart and abdomen, and black air around', () => {
    const sum = { lung: 0, spine: 0, abdomen: 0, air: 0 };
    for (let patient = 0; patient < 10; patient++) {
      const { data } = renderPhantom({ ...healthy, patient }, 128);
      const at = (u: number, v: number): number =>
        data[Math.round(64 + 63 * v) * 128 + Math.round(64 + 63 * u)] as number;
      sum.lung += at(-0.4, 0) + at(0.4, -0.2);
      sum.spine += at(0, 0.1) + at(0, 0.3);
      sum.abdomen += at(-0.3, 0.75) + at(-0.4, 0.8);
      sum.air += at(-0.97, -0.95) + at(0.97, -0.95);
    }
    expect(sum.air / 20).toBeLessThan(25);
    expect(sum.lung / 20).toBeGreaterThan(sum.air / 20 + 15);
    expect(sum.abdomen - sum.lung).toBeGreaterThan(20 * 50);
    expect(sum.spine - sum.lung).toBeGreaterThan(20 * 60);
  });

  // The noise is the same with and without illness, so that the difference is the illness alone.
  const difference = (
    kind: 'bacteria' | 'virus',
    patient: number,
  ): { left: number; right: number; outside: number } => {
    const ill = renderPhantom({ ...healthy, patient, pathogen: kind }, 128).data;
    const well = renderPhantom({ ...healthy, patient }, 128).data;
    const result = { left: 0, right: 0, outside: 0 };
    for (let i = 0; i < ill.length; i++) {
      const [x, y] = [i % 128, Math.floor(i / 128)];
      const place = x < 4 || x > 123 || y < 6 || y > 110 ? 'outside' : x < 64 ? 'left' : 'right';
      result[place] += Math.abs((ill[i] as number) - (well[i] as number));
    }
    return result;
  };

  it('with bacteria has a focus in one lung, with a virus infiltrates in both', () => {
    let leftSided = 0;
    for (let patient = 0; patient < 12; patient++) {
      const focus = difference('bacteria', patient);
      const [more, less] = [Math.max(focus.left, focus.right), Math.min(focus.left, focus.right)];
      expect(more, `patient ${patient}`).toBeGreaterThan(6000);
      // The middle of the body is not quite the middle of the image.
      expect(less, `patient ${patient}`).toBeLessThan(0.05 * more);
      leftSided += focus.left > focus.right ? 1 : 0;
      const infiltrates = difference('virus', patient);
      expect(Math.min(infiltrates.left, infiltrates.right), `patient ${patient}`).toBeGreaterThan(3000);
      expect(focus.outside + infiltrates.outside).toBe(0);
    }
    expect(leftSided).toBeGreaterThan(1);
    expect(leftSided).toBeLessThan(11);
  });

  it('bears the same marker whoever it is', () => {
    const strips = [
      renderPhantom(healthy, 256),
      renderPhantom({ ...healthy, patient: 9, pathogen: 'virus' }, 256),
      renderPhantom({ ...healthy, image: 2, pathogen: 'bacteria' }, 256),
    ].map(({ data }) =>
      Array.from({ length: 18 }, (_, row) => [...data.subarray((238 + row) * 256, (238 + row) * 256 + 110)]),
    );
    expect(strips[1]).toEqual(strips[0]);
    expect(strips[2]).toEqual(strips[0]);
    expect(new Set(strips[0]?.flat())).toEqual(new Set([0, 235]));
    // The first letter, an S: every other pixel of the enlarged glyph.
    const letter = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 5 }, (_, x) => ((strips[0]?.[2 + 2 * y]?.[2 + 2 * x] ?? 0) > 0 ? '#' : '.')).join(''),
    );
    expect(letter).toEqual(['.####', '#....', '#....', '.###.', '....#', '....#', '####.']);
  });

  it.each([16, 17, 33, 64, 100])('can have %i pixels', (size) => {
    const { data, width, height } = renderPhantom(healthy, size);
    expect([width, height, data.length]).toEqual([size, size, size * size]);
    expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(100);
    expect(data.filter((value) => value === 235).length).toBeGreaterThan(10);
  });
});

describe('a data set of phantoms', () => {
  it('is named and laid out as the real one', async () => {
    const progress: TaskProgress[] = [];
    const result = await generate({ onProgress: (one) => progress.push(one) });
    const files = listFiles(out).filter((file) => file !== 'SYNTHETIC.txt');
    const grammar = /^(PNEUMONIA\/person\d+_(bacteria|virus)_\d+|NORMAL\/IM-\d{4}-\d{4})\.jpeg$/;
    expect(files.filter((file) => !grammar.test(file))).toEqual([]);
    expect(files).toHaveLength(result.images);
    expect(result.classes.NORMAL).toEqual({ images: countOf(files, 'NORMAL'), patients: 4 });
    expect(result.classes.PNEUMONIA).toEqual({ images: countOf(files, 'PNEUMONIA'), patients: 4 });
    expect(new Set(files.map((file) => patientId(file))).size).toBe(8);
    expect(progress.findLast(({ label }) => label === 'Drawing')).toEqual({
      label: 'Drawing',
      done: files.length,
      total: files.length,
      unit: 'images',
    });
    const { summary } = await splitDataset({ from: out, out: `${out}-split` });
    expect(summary).toMatchObject({ images: files.length, patients: 8, imagesWithoutPatient: 0 });
  });

  it('says that it is synthetic in every file and beside them', async () => {
    await generate();
    expect(readFileSync(path.join(out, 'SYNTHETIC.txt'), 'utf8')).toMatch(/SYNTHETIC.*no patient/s);
    for (const file of listFiles(out).filter((name) => name.endsWith('.jpeg'))) {
      const { exif, channels, icc, width, height } = await sharp(path.join(out, file)).metadata();
      expect(exif?.toString('latin1')).toContain('SYNTHETIC: drawn by pneumoscope');
      expect({ channels, icc, width, height }).toEqual({ channels: 1, icc: undefined, width: 64, height: 64 });
    }
  });

  it('is the same for the same seed, another for another', async () => {
    await generate({ seed: 4 });
    const other = `${out}-other`;
    await generatePhantoms({ out: other, patients: 8, size: 64, seed: 4 });
    expect(listFiles(other)).toEqual(listFiles(out));
    for (const file of listFiles(out)) {
      expect(readFileSync(path.join(other, file)).equals(readFileSync(path.join(out, file))), file).toBe(true);
    }
    await generatePhantoms({ out: other, patients: 8, size: 64, seed: 5, overwrite: true });
    expect(listFiles(other)).not.toEqual(listFiles(out));
  });

  it('holds what was drawn, up to what JPEG loses', async () => {
    await generate({ patients: 2 });
    for (const phantom of planPhantoms(2, 0)) {
      const drawn = renderPhantom({ seed: 0, ...phantom }, 64);
      const read = await decodeGray(readFileSync(path.join(out, phantom.file)), phantom.file);
      const error = read.data.reduce((sum, value, i) => sum + Math.abs(value - (drawn.data[i] as number)), 0) / 64 ** 2;
      expect(error).toBeLessThan(3);
    }
  });

  it('only grows with more patients', () => {
    expect(planPhantoms(40, 7).slice(0, planPhantoms(10, 7).length)).toEqual(planPhantoms(10, 7));
    const images = planPhantoms(400, 7);
    const perPatient = Array.from({ length: 400 }, (_, n) => images.filter(({ patient }) => patient === n).length);
    expect(new Set(perPatient)).toEqual(new Set([1, 2, 3, 4]));
    const bacterial = images.filter((one) => one.pathogen === 'bacteria').length;
    const viral = images.filter((one) => one.pathogen === 'virus').length;
    expect(bacterial / (bacterial + viral)).toBeGreaterThan(0.55);
    expect(viral).toBeGreaterThan(80);
    expect(images.filter((one) => pathogen(one.file) !== one.pathogen)).toEqual([]);
  });

  it('does not tell its classes apart by brightness, contrast or size of the file', async () => {
    const { classes } = await generate({ patients: 120, size: 64 });
    const figures: Record<string, number[][]> = { brightness: [], contrast: [], bytes: [] };
    for (const name of ['NORMAL', 'PNEUMONIA']) {
      for (const list of Object.values(figures)) list.push([]);
      for (const file of readdirSync(path.join(out, name))) {
        const bytes = readFileSync(path.join(out, name, file));
        const image = await decodeGray(bytes, file);
        const average = mean(image);
        figures['brightness']?.at(-1)?.push(average);
        figures['contrast']?.at(-1)?.push(image.data.reduce((sum, value) => sum + (value - average) ** 2, 0));
        figures['bytes']?.at(-1)?.push(bytes.length);
      }
    }
    expect(Math.abs(classes.NORMAL.images / classes.PNEUMONIA.images - 1)).toBeLessThan(0.25);
    for (const [name, [normal = [], ill = []]] of Object.entries(figures)) {
      const wins = ill.flatMap((one) => normal.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
      const rocAuc = wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
      expect(Math.abs(rocAuc - 0.5), name).toBeLessThan(0.2);
    }
  });
});

describe('the output folder', () => {
  it('is not touched when it holds something else, or phantoms already', async () => {
    mkdirSync(out);
    writeFileSync(path.join(out, 'thesis.txt'), 'mine');
    await expect(generate({ overwrite: true })).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(listFiles(out)).toEqual(['thesis.txt']);
    rmSync(path.join(out, 'thesis.txt'));
    await generate();
    await expect(generate()).rejects.toThrow(/holds phantoms already/);
    writeFileSync(path.join(out, 'NORMAL/mine.jpeg'), '');
    await expect(generate({ overwrite: true })).rejects.toThrow(/no phantoms/);
    expect(existsSync(path.join(out, 'NORMAL/mine.jpeg'))).toBe(true);
  });

  it('is not cleared through a link', async () => {
    await generate();
    const elsewhere = `${out}-elsewhere`;
    renameSync(path.join(out, 'PNEUMONIA'), elsewhere);
    symlinkSync(elsewhere, path.join(out, 'PNEUMONIA'));
    const before = listFiles(elsewhere);
    await expect(generate({ overwrite: true })).rejects.toThrow(/PNEUMONIA is a link/);
    expect(listFiles(elsewhere)).toEqual(before);
    expect(existsSync(path.join(out, 'NORMAL'))).toBe(true);
  });

  it('is begun anew after an interruption, with nothing left of it', async () => {
    const controller = new AbortController();
    const stopped = generate({
      patients: 20,
      signal: controller.signal,
      onProgress: ({ done }) => done === 5 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    await expect(splitDataset({ from: out, out: `${out}-split` })).rejects.toThrow(/is incomplete/);
    // As a kill in the middle of an image leaves it.
    writeFileSync(temporaryName(path.join(out, 'NORMAL', 'IM-0001-0001.jpeg')), 'half');
    const { images } = await generate({ patients: 4, seed: 1 });
    expect(listFiles(out)).toHaveLength(images + 1);
  });

  it('that cannot be written is an error of the disk', async () => {
    writeFileSync(out, 'a file');
    await expect(generate()).rejects.toMatchObject({ code: 'E_DISK' });
  });

  it.each([{ patients: 1 }, { patients: 2.5 }, { size: 15 }, { size: 5000 }, { seed: -1 }])(
    'is not made for %j',
    async (settings) => {
      await expect(generate(settings)).rejects.toMatchObject({ code: 'E_USAGE' });
      expect(existsSync(out)).toBe(false);
    },
  );
});

function countOf(files: readonly string[], className: string): number {
  return files.filter((file) => file.startsWith(`${className}/`)).length;
}
