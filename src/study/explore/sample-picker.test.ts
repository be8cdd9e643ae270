import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../../base/random.ts';
import { SamplePicker } from './sample-picker.ts';

const images = Array.from({ length: 200 }, (_, index) => ({
  patient: `person${index % 60}`,
  file: `person${index % 60}_bacteria_${index}.jpeg`,
}));

function pick(list: typeof images, seed: number, size = 8): string[] {
  const picker = new SamplePicker({ size, seed });
  for (const { patient, file } of list) {
    if (!picker.wants(patient, file)) continue;
    picker.add({ patient, file, label: 'PNEUMONIA', pixels: new Uint8Array(1), width: 1, height: 1 });
  }
  return picker.list().map(({ file }) => file);
}

describe('SamplePicker', () => {
  it('takes one image of each patient, whatever order they come in', () => {
    const chosen = pick(images, 0);
    expect(chosen).toHaveLength(8);
    expect(new Set(chosen.map((file) => file.split('_')[0])).size).toBe(8);
    const shuffled = [...new RandomGenerator(9).permutation(images.length)].map((index) => images[index]!);
    expect(pick(shuffled, 0)).toEqual(chosen);
    expect(pick(images.toReversed(), 0)).toEqual(chosen);
    expect(pick(images, 1)).not.toEqual(chosen);
  });

  it('takes everyone about equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 100; seed++) {
      for (const file of pick(images, seed)) counts.set(file, (counts.get(file) ?? 0) + 1);
    }
    // 100 x 8 draws from 200 images: four each, a few more where a patient has three and not four.
    expect(counts.size).toBeGreaterThan(185);
    expect(Math.max(...counts.values())).toBeLessThan(14);
  });

  it('takes fewer where there are fewer, and none where none are wanted', () => {
    expect(pick(images.slice(0, 3), 0)).toHaveLength(3);
    expect(pick(images, 0, 0)).toEqual([]);
  });
});
