/** The guard on real chest X-rays: fitted on some, shown others and changed ones. */
import { describe, expect, it } from 'vitest';
import { changes } from '../../../test/not-x-rays.ts';
import { joinImages } from '../../../test/guard-fixtures.ts';
import { readArchive, sharedArchive } from '../../../test/shared-data.ts';
import { patientId } from '../../data/kermany/patients.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { preprocess } from '../../imaging/prepare/preprocess.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { fitGuard } from './fit-guard.ts';
import { Guard, type GuardVerdict } from './guard.ts';

const archive = sharedArchive('ChestXRay2017-train-224.zip');
const side = 112;
const spec: PreprocessingSpec = {
  version: 1,
  width: side,
  height: side,
  channels: 1,
  resize: 'bilinear',
  rescale: 1 / 255,
  histogram: 'uniform',
};

describe('the guard on real X-rays', () => {
  it.skipIf(archive === undefined)(
    'refuses few of other patients, and nearly all that are wrong',
    { timeout: 600_000 },
    async () => {
      // By the number in the name, so that no patient is in two sets.
      const sets: Record<'train' | 'validation' | 'test', GrayImage[]> = { train: [], validation: [], test: [] };
      for await (const { name, bytes } of readArchive(archive as string, (entry) => entry.endsWith('.jpeg'))) {
        const number = Number(/\d+/.exec(patientId(name.split('/').at(-1) ?? ''))?.[0]);
        const set =
          number % 8 === 0 ? 'train' : number % 16 === 1 ? 'validation' : number % 16 === 9 ? 'test' : undefined;
        if (set === undefined) continue;
        sets[set].push({ width: side, height: side, data: await preprocess(bytes, name, spec) });
      }
      expect(sets.test.length).toBeGreaterThan(200);
      const fitted = fitGuard(joinImages(sets.train), { validation: joinImages(sets.validation) });
      if (fitted === null) throw new Error('too few images');
      const guard = new Guard(fitted);
      const share = (images: readonly GrayImage[], wanted: GuardVerdict): number =>
        images.filter(({ data }) => guard.score(data, side, side).verdict === wanted).length / images.length;
      expect(share(sets.test, 'refused')).toBeLessThanOrEqual(0.02);
      for (const name of ['inverted', 'rotated 90', 'rotated 180', 'rotated 270', 'flipped vertically']) {
        const change = changes[name] as (image: GrayImage, index: number) => GrayImage;
        const changed = sets.test.filter((_, index) => index % 2 === 0).map(change);
        expect([name, share(changed, 'refused') >= 0.95]).toEqual([name, true]);
      }
    },
  );
});
