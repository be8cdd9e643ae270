/** A whole training step against the machine's matrix product and against PyTorch. */
import { matrixProduct, trainingStep, type ArticleNetwork } from './engine.ts';
import { interleave, timed, type Contestant } from './lib/interleave.ts';
import { PytorchSession } from './lib/peer.ts';
import { bestLayout } from './pytorch-best.ts';
import type { BenchSettings, Row } from './settings.ts';

const productSize = 2048;
/** Floating-point operations of a training step by direct convolution, per image of 256x256. */
const improvedFlop = 7.73e9;

export async function benchTraining(settings: BenchSettings): Promise<readonly Row[]> {
  return [...(await benchNetwork('improved', settings)), ...(await benchNetwork('baseline', settings))];
}

async function benchNetwork(name: ArticleNetwork, settings: BenchSettings): Promise<readonly Row[]> {
  const { size, batch, rounds, threads, smoke } = settings;
  const edge = smoke ? 64 : productSize;
  const product = await matrixProduct(edge, threads);
  const step = await trainingStep(name, size, batch, threads);
  const contestants: Contestant[] = [
    { name: 'product', measure: () => timed(product.run) },
    { name: 'step', measure: () => timed(step.run) },
  ];
  const peer = smoke ? undefined : await PytorchSession.start({ threads, size });
  const best = peer?.status === 'measured' ? await bestLayout(peer.value, `train-${name}`) : undefined;
  if (best) contestants.push(best.contestant);
  const result = await interleave(contestants, { rounds });
  await product.release();
  await step.release();
  if (peer?.status === 'measured') peer.value.close();
  const imagesPerSecond = batch / result.summary('step').median;
  const what = `${name}, training step, batch ${batch}`;
  const rows: Row[] = [];
  if (name === 'improved') {
    const flopRatio = (improvedFlop * batch * (size / 256) ** 2) / (2 * edge ** 3);
    const rate = (2 * edge ** 3) / result.summary('product').median / 1e9;
    rows.push({
      what,
      value: imagesPerSecond,
      unit: 'images/s',
      against: `matrix product, ${rate.toFixed(0)} GFLOP/s`,
      ratio: result.ratio('product', 'step') * flopRatio,
      goal: { text: '0.65, then 0.80' },
    });
  }
  rows.push({
    what,
    value: imagesPerSecond,
    unit: 'images/s',
    against: best?.label ?? (peer?.status === 'missing' ? peer.reason : 'PyTorch left out'),
    ratio: best && result.ratio('pytorch', 'step'),
    goal: { text: name === 'improved' ? '1.7, then 2.2' : '2, then 3' },
  });
  return rows;
}
