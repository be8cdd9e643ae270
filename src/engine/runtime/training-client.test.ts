import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawTinyImages } from '../../../test/tiny-dataset.ts';
import { buildTinyTraining, tinySide } from '../../../test/tiny-training.ts';
import { initialise } from '../nn/network.ts';
import { drawNoise, initialiseTraining } from '../fit/training-program.ts';
import { TrainingClient } from './training-client.ts';
import { TrainingSession, views } from './training-session.ts';

const training = buildTinyTraining();
const { program } = training;
const size = tinySide * tinySide;
const source = drawTinyImages(8, tinySide);
const batch = (): { images: Float32Array<ArrayBuffer>; labels: Float32Array<ArrayBuffer> } => ({
  images: Float32Array.from(source.pixels, (value) => value / 255),
  labels: Float32Array.from(source.labels),
});

let folder: string;
let client: TrainingClient;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'client-'));
  client = await TrainingClient.create(program);
});
afterAll(async () => {
  await client.close();
  await rm(folder, { recursive: true });
});

describe('a training in its thread', () => {
  it('computes the same bits as on the calling thread, and gives the memory back', async () => {
    const here = await TrainingSession.create(program);
    const weights = views(here.buffers['weights'] as Float32Array, program.parameters);
    const states = views(here.buffers['states'] as Float32Array, program.states);
    training.parameters.forEach((tensor, i) => initialise(tensor, 5, i, weights[tensor.name]?.data as Float32Array));
    training.states.forEach((tensor, i) =>
      initialise(tensor, 5, training.parameters.length + i, states[tensor.name]?.data as Float32Array),
    );
    await initialiseTraining(client, training, 5);
    for (let step = 1; step <= 3; step++) {
      const noise = drawNoise(training, 5, step, 8);
      const tensors = Object.fromEntries(
        noise.map(({ name, shape, data }) => [name, { type: 'float32' as const, shape, data: new Float32Array(data) }]),
      );
      const { images, labels } = batch();
      const expected = await here.step(images, labels, { rate: 0.01 }, tensors);
      const request = batch();
      const sent = request.images.buffer;
      const answer = await client.step({ ...request, rate: 0.01, noise });
      expect(sent.detached).toBe(true);
      expect(answer.loss).toBe(expected.loss);
      expect(answer.logits).toEqual(expected.logits);
      expect(answer.images).toEqual(images);
      expect(answer.labels).toEqual(labels);
    }
    for (const name of ['weights', 'states', ...program.slots]) {
      const there = await client.read(name);
      expect(there).toEqual(here.buffers[name]);
      expect(there.some((value) => value !== 0)).toBe(true);
    }
    const { logits } = await client.predict(batch().images, 8);
    expect(logits).toEqual(await here.predict(batch().images, 8));
    await here.release();
  });

  it('takes batches of any size, and answers in order', async () => {
    const { images, labels } = batch();
    const small = new Float32Array(images.subarray(0, 3 * size));
    const [first, second] = await Promise.all([client.predict(small, 3), client.predict(images, labels.length)]);
    expect([first.logits.length, second.logits.length]).toEqual([3, 8]);
    expect(first.images.length).toBe(3 * size);
  });

  it('keeps the best weights and states and restores them', async () => {
    await client.keepBest();
    const [weights, states] = [await client.read('weights'), await client.read('states')];
    await client.step({ ...batch(), rate: 0.1, noise: drawNoise(training, 5, 99, 8) });
    expect(await client.read('weights')).not.toEqual(weights);
    expect(await client.read('states')).not.toEqual(states);
    await client.restoreBest();
    expect([await client.read('weights'), await client.read('states')]).toEqual([weights, states]);
  });

  it('writes its buffers to files and reads them back', async () => {
    const names = ['weights', 'states', 'm', 'vhat', 'bestWeights'];
    const before = await Promise.all(names.map((name) => client.read(name)));
    const files = names.map((buffer) => ({ buffer, path: path.join(folder, buffer) }));
    const digests = await client.save(files);
    await client.step({ ...batch(), rate: 0.1, noise: drawNoise(training, 5, 99, 8) });
    const fresh = await TrainingClient.create(program);
    await fresh.load(files.map((file, index) => ({ ...file, ...(digests[index] as (typeof digests)[number]) })));
    expect(await Promise.all(names.map((name) => fresh.read(name)))).toEqual(before);
    await fresh.close();
  });

  it('does not move the weights when the loss is not finite', async () => {
    const before = await client.read('weights');
    const { images, labels } = batch();
    const { loss } = await client.step({
      images: images.fill(NaN),
      labels,
      rate: 0.1,
      noise: drawNoise(training, 5, 1, 8),
    });
    expect(loss).toBeNaN();
    expect(await client.read('weights')).toEqual(before);
  });

  it('passes on errors with their codes', async () => {
    const missing = { buffer: 'weights', path: path.join(folder, 'nothing'), bytes: 4, crc32: 0 };
    await expect(client.load([missing])).rejects.toMatchObject({ name: 'PneumoscopeError', code: 'E_CHECKPOINT' });
    const unwritable = [{ buffer: 'weights', path: path.join(folder, 'no', 'folder') }];
    await expect(client.save(unwritable)).rejects.toMatchObject({ name: 'Error', code: 'ENOENT' });
    await expect(client.read('nonsense')).rejects.toThrow('no buffer named nonsense');
    await expect(client.step({ ...batch(), rate: 0 })).rejects.toThrow(/noise/);
    expect((await client.predict(batch().images, 8)).logits).toHaveLength(8);
  });

  it('says that a device is not there', async () => {
    const create = TrainingClient.create({ ...program, device: 'abacus' as 'cuda' });
    await expect(create).rejects.toMatchObject({ code: 'E_DEVICE', message: expect.stringContaining('--device cpu') });
  });

  it('can be closed twice; later calls fail and say why', async () => {
    const other = await TrainingClient.create(program);
    await Promise.all([other.close(), other.close()]);
    await other.close();
    await expect(other.read('weights')).rejects.toThrow('the training was closed');
  });
});
