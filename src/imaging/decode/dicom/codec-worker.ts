/** A thread of the codec pool: one compressed frame in, its samples out. */
import { hostThread } from '../../../base/threads/host-thread.ts';
import { CodecLibrary } from './codec-library.ts';
import type { CompressedFrame } from './compressed-frame.ts';
import { decodeFrame } from './decode-frame.ts';
import { packFrame, type DecodedFrame } from './decoded-frame.ts';

export interface CodecThread {
  readonly settings: undefined;
  readonly calls: {
    readonly decode: { readonly request: CompressedFrame; readonly reply: DecodedFrame };
  };
}

hostThread<CodecThread>(async () => {
  const library = await CodecLibrary.open();
  return { handlers: { decode: (frame) => packFrame(() => decodeFrame(frame, library)) } };
});
