/**
 * The WebAssembly of dcmjs-codecs: the Independent JPEG Group's library for 8, 12 and 16 bits, CharLS, OpenJPEG and OpenJPH. Its JavaScript is
 * left out: that loads a writer of DICOM files, prints, and compiles the module anew after each failure.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createSilentSystem } from './silent-system.ts';
import { type CompressedFrame, type FrameCodec } from './compressed-frame.ts';

export type LibraryCodec = Exclude<FrameCodec, 'rle'>;

/** What the module exports, as far as it is used. A context and a set of parameters are addresses. */
interface Library {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly _initialize: () => void;
  readonly CreateCodecsContext: () => number;
  readonly SetColumns: Setter;
  readonly SetRows: Setter;
  readonly SetBitsAllocated: Setter;
  readonly SetBitsStored: Setter;
  readonly SetSamplesPerPixel: Setter;
  readonly SetPixelRepresentation: Setter;
  readonly SetPlanarConfiguration: Setter;
  readonly SetPhotometricInterpretation: Setter;
  readonly SetEncodedBufferSize: Setter;
  readonly GetEncodedBuffer: Getter;
  readonly GetColumns: Getter;
  readonly GetRows: Getter;
  readonly GetBitsAllocated: Getter;
  readonly GetDecodedBuffer: Getter;
  readonly GetDecodedBufferSize: Getter;
  readonly ReleaseCodecsContext: (context: number) => void;
  readonly CreateDecoderParameters: () => number;
  readonly ReleaseDecoderParameters: (parameters: number) => void;
  readonly DecodeJpeg: Decode;
  readonly DecodeJpegLs: Decode;
  readonly DecodeJpeg2000: Decode;
  readonly DecodeHtJpeg2000: Decode;
}

type Setter = (context: number, value: number) => void;
type Getter = (context: number) => number;
type Decode = (context: number, parameters: number) => void;

const decoders = {
  jpeg: 'DecodeJpeg',
  'jpeg-ls': 'DecodeJpegLs',
  'jpeg-2000': 'DecodeJpeg2000',
  'ht-jpeg-2000': 'DecodeHtJpeg2000',
} as const satisfies Readonly<Record<LibraryCodec, keyof Library>>;

/** Its number for MONOCHROME2: what grey means is no matter of the codec's. */
const monochrome = 1;

/**
 * What the Independent JPEG Group's library says before it goes on with pixels that it has made up. OpenJPH prints where it does that, and
 * prints nothing else.
 */
const warnings = /Corrupt JPEG data|Premature end of/;

/** Opaque. */
interface Module {
  readonly '': never;
}

/** The little of it that is used: TypeScript declares it for browsers only. */
declare const WebAssembly: {
  readonly compile: (bytes: Uint8Array) => Promise<Module>;
  readonly Instance: new (module: Module, imports: object) => { readonly exports: unknown };
};

/** For one thread. */
export class CodecLibrary {
  readonly #module: Module;
  #library: Library | undefined;

  private constructor(module: Module) {
    this.#module = module;
  }

  static async open(): Promise<CodecLibrary> {
    const file = createRequire(import.meta.url).resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm');
    return new CodecLibrary(await WebAssembly.compile(await readFile(file)));
  }

  /** Finds the memory that decoding begins with. @throws RangeError where the system has none left */
  prepare(): void {
    this.#library ??= this.#instantiate();
  }

  /**
   * @param frame that agrees with its description
   * @returns samples of 8 or 16 bits, in little endian
   * @throws Error with the library's words, or a trap of WebAssembly
   */
  decode(frame: CompressedFrame, codec: LibraryCodec): Uint8Array<ArrayBuffer> {
    const library = (this.#library ??= this.#instantiate());
    const { byteLength } = library.memory.buffer;
    try {
      const samples = decodeWith(library, frame, codec);
      // It begins with 256 MiB, of which the system gives what is used. Memory that has grown never shrinks.
      if (library.memory.buffer.byteLength > byteLength) this.#library = undefined;
      return samples;
    } catch (error) {
      // An error is thrown through the library's own code: its stack and what it had allocated are lost, and after a hundred it fails for ever.
      this.#library = undefined;
      throw error;
    }
  }

  #instantiate(): Library {
    const memory = (): ArrayBuffer => library.memory.buffer;
    const text = (at: number, length: number): string => Buffer.from(memory(), at, length).toString('latin1').trim();
    const ignore = (): void => {};
    const refuse = (words: string): never => {
      throw new Error(words);
    };
    const { exports } = new WebAssembly.Instance(this.#module, {
      env: {
        onCodecsException: (at: number, length: number) => refuse(text(at, length)),
        onCodecsInfo: (at: number, length: number) => {
          const words = text(at, length);
          if (warnings.test(words)) refuse(words);
        },
        onCodecsTrace: ignore,
        emscripten_notify_memory_growth: ignore,
      },
      wasi_snapshot_preview1: createSilentSystem(memory, refuse),
    });
    const library = exports as Library;
    const { _initialize: initialize } = library;
    initialize();
    return library;
  }
}

function decodeWith(
  library: Library,
  { bytes, description }: CompressedFrame,
  codec: LibraryCodec,
): Uint8Array<ArrayBuffer> {
  const context = library.CreateCodecsContext();
  library.SetColumns(context, description.columns);
  library.SetRows(context, description.rows);
  library.SetBitsAllocated(context, description.bitsAllocated);
  library.SetBitsStored(context, description.bitsStored);
  library.SetSamplesPerPixel(context, description.samplesPerPixel);
  library.SetPixelRepresentation(context, Number(description.isSigned));
  library.SetPlanarConfiguration(context, 0);
  library.SetPhotometricInterpretation(context, monochrome);
  library.SetEncodedBufferSize(context, bytes.length);
  new Uint8Array(library.memory.buffer).set(bytes, library.GetEncodedBuffer(context));
  const parameters = library.CreateDecoderParameters();
  library[decoders[codec]](context, parameters);
  library.ReleaseDecoderParameters(parameters);
  const decoded = new Uint8Array(
    library.memory.buffer,
    library.GetDecodedBuffer(context),
    library.GetDecodedBufferSize(context),
  );
  const samples = decoded.slice();
  library.ReleaseCodecsContext(context);
  return samples;
}
