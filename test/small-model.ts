/** A network small enough for tests, its weights drawn from a seed, and images that it can look at. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { TrainedModel } from '../src/model/file/model-file.ts';
import { createPreprocessingSpec } from '../src/imaging/prepare/preprocessing-spec.ts';
import {
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  maxPooling2d,
  sequence,
} from '../src/engine/nn/layers.ts';
import { buildForward } from '../src/engine/nn/network.ts';
import { RandomGenerator } from '../src/base/random.ts';

/**
 * Every kind of content a model file holds: convolution, states of batch normalisation, a layer that only training has, a dense layer.
 *
 * @param units logits per image: for two classes 1, a sigmoid, or 2, a softmax
 */
export function smallModel(
  classNames: readonly string[] = ['NORMAL', 'PNEUMONIA'],
  seed = 1,
  units = classNames.length === 2 ? 1 : classNames.length,
): TrainedModel {
  const network = {
    name: 'small',
    inputShape: [1, 16, 16] as const,
    layers: sequence([
      conv2d(4, 3, { padding: 'same', activation: 'relu' }),
      batchNormalization(),
      maxPooling2d(2),
      flatten(),
      dropout(0.5),
      dense(units),
    ]),
  };
  const { parameters, states } = buildForward(network, 'inference');
  const tensors = Object.fromEntries(
    [...parameters, ...states].map(({ name, shape }, index) => {
      const random = new RandomGenerator(seed, index);
      const length = shape.reduce((total, size) => total * size, 1);
      const variance = name.endsWith('variance');
      return [
        name,
        { data: Float32Array.from({ length }, () => (variance ? random.uniform(0.5, 2) : random.uniform(-0.5, 0.5))) },
      ];
    }),
  );
  return {
    network,
    tensors,
    classNames,
    preprocessing: createPreprocessingSpec(16),
    provenance: {
      recipe: { name: 'small', epochs: 1 },
      seed,
      data: { fingerprint: 'f'.repeat(64), images: 12, synthetic: true },
      scores: { valLoss: 0.25, valAccuracy: null },
      createdAt: '2026-01-02T03:04:05.000Z',
    },
  };
}

/** Writes grey noise as PNG files, each different. */
export async function drawImages(folder: string, names: readonly string[], size = 24): Promise<string[]> {
  const files: string[] = [];
  for (const [index, name] of names.entries()) {
    const file = path.join(folder, ...name.split('/'));
    await mkdir(path.dirname(file), { recursive: true });
    const random = new RandomGenerator(index, size);
    const pixels = Buffer.from(Array.from({ length: size * (size + 2) }, () => random.integer(256)));
    await writeFile(
      file,
      await sharp(pixels, { raw: { width: size + 2, height: size, channels: 1 } })
        .png()
        .toBuffer(),
    );
    files.push(file);
  }
  return files;
}
