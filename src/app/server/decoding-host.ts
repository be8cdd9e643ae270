/**
 * libvips and the codecs of DICOM decode for the threads of the service, on behalf of the one that never dies. sharp gives pixels to the thread
 * that asked for them; where that has died meanwhile, it loses them for ever: 70 MB of a large image, for each death. And a codec needs a thread
 * that can be ended, which would end with the thread that started it. The decoding itself runs in other threads, whoever asks.
 */
import { budgets } from '../../base/budgets.ts';
import { release } from '../../base/release.ts';
import { HelperClient, offerHelp, type HelperPort } from '../../base/threads/helper-port.ts';
import { Moving } from '../../base/threads/host-thread.ts';
import type { Decoders } from '../../imaging/decode/decoders.ts';
import { decodeCompressedFrame } from '../../imaging/decode/dicom/codecs.ts';
import type { CompressedFrame } from '../../imaging/decode/dicom/compressed-frame.ts';
import { packFrame, unpackFrame, type DecodedFrame } from '../../imaging/decode/dicom/decoded-frame.ts';
import { glance } from '../../imaging/decode/glance.ts';
import { decodeWithLibvips, type DecodedImage } from '../../imaging/decode/libvips.ts';
import { MemoryGate } from './memory-gate.ts';

interface ImageRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly channels: number;
  readonly bitsPerChannel: number;
  readonly maximumPixels: number;
}

interface Decoding {
  readonly request: { readonly image: ImageRequest } | { readonly frame: CompressedFrame };
  readonly reply: DecodedImage | DecodedFrame;
}

/** What libvips takes for a pixel at most, its result among it: measured of colour images of 23 million pixels. */
const bytesPerPixel = { jpeg: 4, jpegOfScans: 10, png: 6, tiff: 7, webp: 12 } as const;

/** What a codec takes for a pixel at most, its result among it: measured of noise of 12 bits, 16 million pixels. */
const frameBytesPerPixel = { rle: 4, jpeg: 6, 'jpeg-ls': 6, 'jpeg-2000': 12, 'ht-jpeg-2000': 10 } as const;

/** Pixels up to which an image waits for no memory: it takes little, and is decoded soon. */
const fewPixels = 4_000_000;

export class DecodingHost {
  readonly #gate = new MemoryGate(budgets.decodingBytes.limit);

  /** @returns moves to a thread, for {@link decodeByHost} */
  openPort(): HelperPort {
    return offerHelp<Decoding>((request, ended) =>
      'image' in request ? this.#decodeImage(request.image, ended) : this.#decodeFrame(request.frame, ended),
    );
  }

  async #decodeImage(request: ImageRequest, ended: AbortSignal): Promise<Moving<DecodedImage>> {
    const { bytes, maximumPixels } = request;
    try {
      const image = await this.#runWithin(estimateMemory(bytes, maximumPixels), ended, () =>
        decodeWithLibvips(bytes, request, maximumPixels),
      );
      const data = makeMovable(image.data);
      return new Moving({ ...image, data }, [data.buffer]);
    } finally {
      release(bytes);
    }
  }

  #decodeFrame(frame: CompressedFrame, ended: AbortSignal): Promise<Moving<DecodedFrame>> {
    const { rows, columns } = frame.description;
    const pixels = rows * columns;
    const memory = pixels <= fewPixels ? 0 : pixels * frameBytesPerPixel[frame.codec];
    return packFrame(() => this.#runWithin(memory, ended, () => decodeCompressedFrame(frame)));
  }

  /** @param memory bytes; 0: waits for none */
  async #runWithin<T>(memory: number, ended: AbortSignal, work: () => Promise<T>): Promise<T> {
    const begin = async (): Promise<T> => {
      ended.throwIfAborted();
      return work();
    };
    return memory === 0 ? begin() : this.#gate.run(memory, begin);
  }
}

/** In the thread. @param port of {@link DecodingHost.openPort} */
export function decodeByHost(port: HelperPort): Pick<Decoders, 'libvips' | 'decodeFrame'> {
  const host = new HelperClient<Decoding>(port);
  return {
    libvips: async (bytes, { channels, bitsPerChannel = 8 }, maximumPixels) => {
      // They are needed again where libvips refuses them, and to be told from others.
      const copy = new Uint8Array(bytes);
      const image = await host.ask({ image: { bytes: copy, channels, bitsPerChannel, maximumPixels } }, [copy.buffer]);
      return image as DecodedImage;
    },
    decodeFrame: async (frame) => {
      const copy = new Uint8Array(frame.bytes);
      const decoded = await host.ask({ frame: { ...frame, bytes: copy } }, [copy.buffer]);
      return unpackFrame(decoded as DecodedFrame);
    },
  };
}
/** Bytes; 0 for an image that is small. */
function estimateMemory(bytes: Uint8Array, maximumPixels: number): number {
  const seen = glance(bytes);
  // libvips is asked about no DICOM file, and frames of one are counted by their description.
  if (seen === undefined || seen.format === 'dicom') return 0;
  const { format, isOneScan, pixels = maximumPixels } = seen;
  if (pixels <= fewPixels) return 0;
  return Math.min(pixels, maximumPixels) * bytesPerPixel[format === 'jpeg' && !isOneScan ? 'jpegOfScans' : format];
}

/** Node moves no memory that native code allocated, but JavaScript itself does, without a copy. */
function makeMovable({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isWhole ? new Uint8Array(buffer.transfer()) : new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
}
