/**
 * The service and its typed client: images out, answers in, a heat map of the first.
 *
 *   node examples/client.ts http://127.0.0.1:8080 one.jpeg two.png     a service that runs, and images of your own
 *   node examples/client.ts                                            a service started on the spot, and drawn phantoms
 *
 * In a project of your own write `from 'pneumoscope/client'`, in Node and in a browser alike; TOKEN holds the token where one is needed.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { ServiceClient, ServiceError } from '../src/app/client/index.ts';
import { renderPhantom } from '../src/data/phantoms/phantom-render.ts';
import { startService } from '../src/index.ts';

const [baseUrl, ...files] = process.argv.slice(2).filter((word) => word !== '--smoke');
const service = baseUrl === undefined ? await startService({ port: 0 }) : undefined;
try {
  const client = new ServiceClient({ baseUrl: baseUrl ?? service?.url ?? '', token: process.env['TOKEN'] });
  const { models, notice } = await client.listModels();
  console.log(`${models.map(({ id, version }) => `${id} ${version}`).join(', ')}. ${notice}`);
  const images = files.length > 0 ? await Promise.all(files.map(open)) : await Promise.all([0, 1, 2].map(draw));
  const { results } = await client.classify(images);
  for (const { index, status, label, probability, guard, problem } of results) {
    const words =
      status === 'answered' ? `${label} (${probability?.toFixed(3)})` : (problem?.detail ?? guard?.sentence);
    console.log(`image ${index + 1}: ${status}, ${words}`);
  }
  const { class: name, heat, width } = await client.explain(images.slice(0, 1));
  const hottest = heat.indexOf(Math.max(...heat));
  console.log(`image 1, ${name}: hottest at column ${hottest % width}, row ${Math.floor(hottest / width)} of ${width}`);
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(`${error.status} ${error.code}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await service?.close();
}

async function open(file: string): Promise<Blob> {
  return new Blob([new Uint8Array(await readFile(file))]);
}

async function draw(patient: number): Promise<Blob> {
  const { width, height, data } = renderPhantom({ seed: 1, patient, image: 0, pathogen: undefined }, 224);
  return new Blob([
    new Uint8Array(
      await sharp(data, { raw: { width, height, channels: 1 } })
        .png()
        .toBuffer(),
    ),
  ]);
}
