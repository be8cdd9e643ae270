/** Text in an encoding that somebody named: bytes that are none of it are refused, never replaced. */
import { TextDecoder } from 'node:util';
import { PneumoscopeError } from '../errors.ts';

/** By the names of the Encoding Standard, such as gbk, shift_jis or windows-1252. @throws PneumoscopeError E_USAGE: an unknown one */
export function openDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    const sentence = `'${encoding}' is no encoding that is known here; name one such as utf-8, gbk, shift_jis or windows-1252`;
    throw new PneumoscopeError('E_USAGE', sentence, { cause: error });
  }
}

/** The text; undefined where the bytes are not of this encoding. */
export function tryDecode(decoder: TextDecoder, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
