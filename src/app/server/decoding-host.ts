/**
 * libvips decodes for the threads of the service, on behalf of the one that never dies. sharp gives pixels to the thread that asked for them;
 * where that has died meanwhile, it loses them for ever: 70 MB of a large image, for each death. The decoding itself runs in native threads,
 * whoever asks.
 */
import { budgets } from '../../base/budgets.ts';
import { release } from '../../base/release.ts';
import { HelperClient, offerHelp, type HelperPort } from '../../base/threads/helper-port.ts';
import { Moving } from '../../base/threads/host-thread.ts';
import type { Decoders } from '../../imaging/decode/decoders.ts';
import { glance } from '../../imaging/decode/glance.ts';
import { decodeWithLibvips, type DecodedImage } from '../../imaging/decode/libvips.ts';
import { MemoryGate } from './memory-gate.ts';

interface Decoding {
  readonly request: {
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly channels: number;
    readonly maximumPixels: number;
  };
  readonly reply: DecodedImage;
}

/** What libvips takes for a pixel at most, its result among it: measured of colour images of 23 million pixels. */
const bytesPerPixel = { jpeg: 4, jpegOfScans: 10, png: 6, tiff: 7, webp: 12 } as const;

/** Pixels up to which an image waits for no memory: it takes little, and is decoded soon. */
const fewPixels = 4_000_000;

export class DecodingHost {
  readonly #gate = new MemoryGate(budgets.decodingBytes.limit);

  /** @returns moves to a thread, for {@link decodeByHost} */
  openPort(): HelperPort {
    return offerHelp<Decoding>(async ({ bytes, channels, maximumPixels }, ended) => {
      const decode = async (): Promise<DecodedImage> => {
        ended.throwIfAborted();
        return decodeWithLibvips(bytes, { channels }, maximumPixels);
      };
      const memory = estimateMemory(bytes, maximumPixels);
      try {
        const image = await (memory === 0 ? decode() : this.#gate.run(memory, decode));
        const data = makeMovable(image.data);
        return new Moving({ ...image, data }, [data.buffer]);
      } finally {
        release(bytes);
      }
    });
  }
}

/** In the thread. @param port of {@link DecodingHost.openPort} */
export function decodeByHost(port: HelperPort): Decoders['libvips'] {
  const host = new HelperClient<Decoding>(port);
  return (bytes, { channels }, maximumPixels) => {
    // They are needed again where libvips refuses them, and to be told from others.
    const copy = new Uint8Array(bytes);
    return host.ask({ bytes: copy, channels, maximumPixels }, [copy.buffer]);
  };
}

/** Bytes; 0 for an image that is small. */
function estimateMemory(bytes: Uint8Array, maximumPixels: number): number {
  const seen = glance(bytes);
  if (seen === undefined) return 0;
  const { format, isOneScan, pixels = maximumPixels } = seen;
  if (pixels <= fewPixels) return 0;
  return Math.min(pixels, maximumPixels) * bytesPerPixel[format === 'jpeg' && !isOneScan ? 'jpegOfScans' : format];
}

/** Node moves no memory that native code allocated, but JavaScript itself does, without a copy. */
function makeMovable({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isWhole ? new Uint8Array(buffer.transfer()) : new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
}
