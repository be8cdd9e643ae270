/** Peak resident memory of a process that trains the improved network, run on its own so that nothing else counts. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { trainingStep } from './engine.ts';
import type { BenchSettings, Row } from './settings.ts';

const goalBytes = 5 * 2 ** 30;

export async function benchMemory({ size, batch, threads }: BenchSettings): Promise<readonly Row[]> {
  const script = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    String(size),
    String(batch),
    String(threads),
  ]);
  const bytes = Number(stdout);
  const what = `improved, training, batch ${batch}: peak resident memory`;
  return [
    {
      what,
      value: bytes / 2 ** 30,
      unit: 'GiB',
      against: '5 GiB',
      ratio: goalBytes / bytes,
      goal: { text: '5, then 3 GiB' },
    },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [size = 256, batch = 32, threads = 2] = process.argv.slice(2).map(Number);
  const step = await trainingStep('improved', size, batch, threads);
  for (let i = 0; i < 4; i++) await step.run();
  // Node reports kilobytes whatever the platform's own unit is.
  process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
  await step.release();
}
