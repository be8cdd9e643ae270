/** Good and hostile requests at the same time, against a real service whose threads die: every answer must be right all the while. */
import { fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { RandomGenerator } from '../src/base/random.ts';
import { drawChest } from '../test/service-images.ts';
import { makeHostileRequests, type HostileRequest } from './lib/hostile-requests.ts';
import { LoadRecord } from './lib/load-record.ts';
import { readMemory } from './lib/memory.ts';
import { startService, type TrialService } from './lib/service.ts';
import type { PartReport, TrialSettings } from './settings.ts';
import type { Probe } from './workers/probe.ts';

const workers = 2;
const clients = 8;
/** Of ten minutes a hundred. */
const secondsBetweenDeaths = 6;

export async function tryLoad({ minutes, seed, smoke, scratch, note }: TrialSettings): Promise<PartReport> {
  await mkdir(scratch, { recursive: true });
  const sound = await Promise.all(Array.from({ length: 24 }, (_, patient) => drawChest(patient, 'jpeg')));
  const hostile = await makeHostileRequests(sound, smoke ? 0.02 : 1);
  const service = await startService(['--workers', String(workers), '--log']);
  // A smoke shows that it runs: a machine that does other things too is slow, not broken.
  const record = new LoadRecord(smoke ? 10 : 1);
  const probes = fork(new URL('./workers/probe.ts', import.meta.url), [service.url]);
  try {
    const expected: number[] = [];
    for (const image of sound) expected.push(await askGood(service, image));
    probes.on('message', (probe) => record.addProbe(probe as Probe));
    const until = performance.now() + minutes * 60_000;
    const interval = smoke ? 1000 : secondsBetweenDeaths * 1000;
    const deaths = setInterval(() => {
      record.countDeath();
      service.killThread();
    }, interval);
    const memory = setInterval(() => record.addMemory(readMemory(service.child.pid)), 500);
    const progress = setInterval(() => note(`  ${record.describe()}`), 60_000);
    await Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        const random = new RandomGenerator(seed, 0x10ad, client);
        while (performance.now() < until && service.isAlive()) {
          // Half of the clients are good, so that somebody is served all the while.
          if (client % 2 === 0) {
            const index = random.integer(sound.length);
            await sendGood(service, sound[index] as Buffer, expected[index] as number, record);
          } else await sendHostile(service, hostile[random.integer(hostile.length)] as HostileRequest, random, record);
        }
      }),
    );
    for (const timer of [deaths, memory, progress]) clearInterval(timer);
    if (service.isAlive()) await checkEnd(service, sound, expected, record);
    else record.addFailure('the service', new Error(`it died: ${service.log().slice(-500)}`));
  } finally {
    probes.kill();
    record.addStop(await service.stop());
  }
  return record.report(service.log());
}

interface Told {
  readonly status: number;
  readonly probability: number;
}

async function classify({ url }: TrialService, image: Buffer): Promise<Told> {
  const response = await fetch(`${url}/api/v1/classify`, {
    method: 'POST',
    body: new Uint8Array(image),
    headers: { 'content-type': 'image/jpeg' },
    signal: AbortSignal.timeout(60_000),
  });
  const body = (await response.json()) as { readonly results?: readonly { readonly probability: number | null }[] };
  // An image that the guard refuses has no probability, before as after.
  return { status: response.status, probability: body.results?.[0]?.probability ?? -1 };
}

async function askGood(service: TrialService, image: Buffer): Promise<number> {
  const { status, probability } = await classify(service, image);
  if (status !== 200) throw new Error(`the service answers a good image with ${status} before any load`);
  return probability;
}

async function sendGood(service: TrialService, image: Buffer, expected: number, record: LoadRecord): Promise<void> {
  try {
    const { status, probability } = await classify(service, image);
    record.addGood(status, Math.abs(probability - expected));
  } catch (error) {
    record.addFailure('a good image', error);
  }
}

async function sendHostile(
  { url }: TrialService,
  request: HostileRequest,
  random: RandomGenerator,
  record: LoadRecord,
): Promise<void> {
  try {
    record.addHostile(request.name, await request.send(url, random), request.right);
  } catch (error) {
    record.addFailure(request.name, error);
  }
}

/** As many threads as asked for, and the same answers, a little later. */
async function checkEnd(
  service: TrialService,
  sound: readonly Buffer[],
  expected: readonly number[],
  record: LoadRecord,
): Promise<void> {
  let metrics = '';
  const read = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
  for (let left = 40; left > 0 && read('pneumoscope_workers') !== workers; left--) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    metrics = await fetch(`${service.url}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
  }
  record.addThreads(read('pneumoscope_workers'), workers);
  record.addDeaths(read('pneumoscope_worker_deaths'), service.log());
  const checks = sound.map((image, index) => sendGood(service, image, expected[index] as number, record));
  await Promise.all(checks);
}
