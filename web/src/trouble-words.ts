/** Troubles as sentences. */
import type { Trouble } from './item.ts';
import { served } from './service-state.ts';
import type { Words } from './words-en.ts';

/** English shows the service's own sentence, which knows more; other languages their own by the code. */
export function describeTrouble(words: Words, { code, detail }: Trouble, fileSize: number): string {
  if (code === 'file-too-large') {
    return words.fileTooLarge(words.bytes(fileSize), words.bytes(served.value?.limits.bodyBytes ?? 0));
  }
  const own = words.problems[code];
  if (words.code === 'en') return detail ?? own ?? code;
  return own ?? detail ?? code;
}
