import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { defaultModelPath } from '../../model/file/default-model.ts';

const [client, threads] = ['./inference-client.ts', '../../base/threads/thread-client.ts'].map(
  (file) => new URL(file, import.meta.url).href,
) as [string, string];

it('threads are ended in the middle of a run, and the process goes on', async () => {
  const script = `
    const { InferenceClient } = await import(${JSON.stringify(client)});
    const { endThreads } = await import(${JSON.stringify(threads)});
    const settings = { path: ${JSON.stringify(defaultModelPath())}, imageShape: [1, 156, 156], rescale: 1, units: 1, device: 'cpu', threads: 1 };
    for (let trial = 0; trial < 3; trial++) {
      const network = await InferenceClient.start(settings);
      const images = (count) => new Float32Array(count * 156 * 156);
      await network.run(images(1), 1);
      // Half a second of work at least.
      const asked = network.run(images(400), 400).then(() => 'answered', () => 'ended');
      await new Promise((resolve) => setTimeout(resolve, 100));
      const began = performance.now();
      console.log(await endThreads(30_000), await asked, performance.now() - began > 20);
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 60_000,
  });
  // An answer may come before the end.
  expect(stdout).toMatch(/^(true (answered|ended) true\n){3}$/);
}, 90_000);
