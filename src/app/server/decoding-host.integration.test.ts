import { afterEach, describe, expect, it } from 'vitest';
import sharp, { type Sharp } from 'sharp';
import { describeFrame, drawSamples, encodeFrame } from '../../../test/dicom-frames.ts';
import type { DecodingThread } from '../../../test/fixtures/threads/decoding-worker.ts';
import { release } from '../../base/release.ts';
import { ThreadClient } from '../../base/threads/thread-client.ts';
import { decodeGray } from '../../imaging/decode/decode.ts';
import type { DicomError } from '../../dicom/dicom-error.ts';
import { decodeCompressedFrame } from '../../imaging/decode/dicom/codecs.ts';
import { unpackFrame } from '../../imaging/decode/dicom/decoded-frame.ts';
import { DecodingHost } from './decoding-host.ts';

const file = new URL('../../../test/fixtures/threads/decoding-worker.ts', import.meta.url);

const open: ThreadClient<DecodingThread>[] = [];
function start(host: DecodingHost): ThreadClient<DecodingThread> {
  const port = host.openPort();
  const thread = new ThreadClient<DecodingThread>({ file, name: 'example', settings: { port }, moved: [port] });
  open.push(thread);
  return thread;
}
afterEach(() => Promise.all(open.splice(0).map((thread) => thread.terminate())));

const megabyte = 1e6;
const draw = (side: number): Sharp => sharp({ create: { width: side, height: side, channels: 3, background: '#345' } });

describe('a thread that has libvips decode for it', () => {
  it('gets the same pixels, and the same errors', async () => {
    const thread = start(new DecodingHost());
    const [jpeg, png] = [await draw(300).jpeg({ progressive: true }).toBuffer(), await draw(300).png().toBuffer()];
    const tiff = await draw(300).tiff().toBuffer();
    const webp = await draw(2100).webp({ effort: 0 }).toBuffer();
    for (const image of [jpeg, png, tiff, webp]) {
      const { data, ...size } = await thread.ask('decode', image);
      const own = await decodeGray(image, 'x');
      expect(size).toEqual({ width: own.width, height: own.height });
      expect(Buffer.compare(data, own.data)).toBe(0);
    }
    for (const damaged of [png.subarray(0, 400), Buffer.from('no image'), jpeg.fill(0, jpeg.length - 300)]) {
      const told = await decodeGray(damaged, 'The image').catch((error: unknown) => error);
      await expect(thread.ask('decode', damaged)).rejects.toMatchObject({ message: (told as Error).message });
    }
  }, 60_000);

  it('has frames of DICOM files decoded for it as well', async () => {
    const thread = start(new DecodingHost());
    const description = describeFrame(2100, 2000, 12);
    const samples = drawSamples(description);
    const frame = await encodeFrame('rle', description, samples);
    const jpeg = await encodeFrame('jpeg', describeFrame(31, 20, 12), drawSamples(describeFrame(31, 20, 12)));
    for (const [one, expected] of [
      [frame, samples],
      [jpeg, drawSamples(jpeg.description)],
    ] as const) {
      const decoded = unpackFrame(await thread.ask('decodeFrame', one));
      expect(Buffer.compare(decoded, expected)).toBe(0);
    }
    const cut = { ...jpeg, bytes: jpeg.bytes.subarray(0, 100) };
    const { what } = (await decodeCompressedFrame(cut).catch((error: unknown) => error)) as DicomError;
    expect(await thread.ask('decodeFrame', cut)).toEqual({ refusal: { kind: 'truncated', what } });
  });

  it('leaves no memory behind when it dies meanwhile', async () => {
    const host = new DecodingHost();
    const image = await draw(4000).webp({ lossless: true, effort: 0 }).toBuffer();
    const pixels = 4000 * 4000 * 3;
    const killOne = async (): Promise<void> => {
      const thread = start(host);
      await thread.ready();
      const asked = thread.ask('decode', image).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await thread.terminate();
      await asked;
      // It waits for what the dead one had asked for.
      const next = start(host);
      release((await next.ask('decode', image)).data);
      await next.close();
    };
    await killOne();
    const before = process.memoryUsage.rss();
    const deaths = 6;
    for (let death = 0; death < deaths; death++) await killOne();
    await expect
      .poll(() => (process.memoryUsage.rss() - before) / megabyte, { timeout: 20_000 })
      .toBeLessThan((deaths / 2) * (pixels / megabyte));
  }, 120_000);

  it('is not decoded for once it is dead', async () => {
    const host = new DecodingHost();
    const image = await draw(4900).webp({ lossless: true, effort: 0 }).toBuffer();
    const [first, second, third] = [start(host), start(host), start(host)];
    await Promise.all([first.ready(), second.ready(), third.ready()]);
    const began = performance.now();
    await first.ask('decode', image);
    const once = performance.now() - began;
    const asked = first.ask('decode', image);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const waits = Array.from({ length: 20 }, () => second.ask('decode', image).catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await second.terminate();
    await Promise.all([asked, ...waits]);
    await third.ask('decode', image);
    // One image alone fills the memory: had it waited for those of the dead thread, it would have taken as long as they.
    expect(performance.now() - began).toBeLessThan(10 * once);
  }, 120_000);
});
