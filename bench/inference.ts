/** Inference from a graph with its weights inside, against PyTorch and against the matrix product. */
import { inference, matrixProduct } from './engine.ts';
import { interleave, timed, type Contestant } from './lib/interleave.ts';
import { PytorchSession } from './lib/peer.ts';
import { bestLayout } from './pytorch-best.ts';
import type { BenchSettings, Row } from './settings.ts';

const productSize = 2048;
/** Floating-point operations of the improved network forward, per image of 256x256. */
const improvedFlop = 2.58e9;

export async function benchInference(settings: BenchSettings): Promise<readonly Row[]> {
  return [
    ...(await benchBatch(settings, settings.batch, 1)),
    ...(await benchBatch(settings, 1, settings.smoke ? 1 : 10)),
  ];
}

/** @param repeats runs to average over in one measurement: a single image takes milliseconds */
async function benchBatch(settings: BenchSettings, batch: number, repeats: number): Promise<readonly Row[]> {
  const { size, rounds, threads, smoke } = settings;
  const edge = smoke ? 64 : productSize;
  const product = await matrixProduct(edge, threads);
  const model = await inference('improved', size, batch, threads);
  const measureModel = async (): Promise<number> => {
    const seconds = await timed(async () => {
      for (let i = 0; i < repeats; i++) await model.run();
    });
    return seconds / repeats;
  };
  const contestants: Contestant[] = [
    { name: 'product', measure: () => timed(product.run) },
    { name: 'model', measure: measureModel },
  ];
  const peer = smoke ? undefined : await PytorchSession.start({ threads, size });
  const task = batch === 1 ? 'infer-improved-1' : 'infer-improved-32';
  const best = peer?.status === 'measured' ? await bestLayout(peer.value, task, repeats) : undefined;
  if (best) contestants.push(best.contestant);
  const result = await interleave(contestants, { rounds });
  await product.release();
  await model.release();
  if (peer?.status === 'measured') peer.value.close();
  const what = `improved, inference, batch ${batch}`;
  const value = batch / result.summary('model').median;
  const flopRatio = (improvedFlop * batch * (size / 256) ** 2) / (2 * edge ** 3);
  return [
    { what, value, unit: 'images/s', against: 'matrix product', ratio: result.ratio('product', 'model') * flopRatio },
    {
      what,
      value,
      unit: 'images/s',
      against: best?.label ?? (peer?.status === 'missing' ? peer.reason : 'PyTorch left out'),
      ratio: best && result.ratio('pytorch', 'model'),
      goal: { text: '1.8' },
    },
  ];
}
