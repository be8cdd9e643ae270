/** Troubles as sentences. */
import type { Guard } from '../../src/app/client/service-client.ts';
import { describeHeaderRefusal } from './header-words.ts';
import { troubleOf, type Trouble, type WorkItem } from './item.ts';
import { served } from './service-state.ts';
import type { Words } from './words-en.ts';

/**
 * English shows the service's own sentence, which knows more; other languages their own, by the code of the reason. Where they have none
 * for it, or where the sentence alone says which of several things it is, they show the service's.
 */
export function describeTrouble(words: Words, { code, reason = null, detail }: Trouble, fileSize: number): string {
  if (code === 'file-too-large') {
    return words.fileTooLarge(words.bytes(fileSize), words.bytes(served.value?.limits.bodyBytes ?? 0));
  }
  if (words.code === 'en') return detail ?? words.problems[code] ?? code;
  if (reason === null) return words.problems[code] ?? detail ?? code;
  return words.reasons[reason] ?? (detail === null ? (words.problems[code] ?? code) : words.serviceSays(detail));
}

export function describeGuard(words: Words, { verdict, reason }: Pick<Guard, 'verdict' | 'reason'>): string {
  const own = words.guardReasons[reason ?? ''] ?? reason ?? '';
  const sentences = {
    accepted: words.guardAccepted,
    flagged: words.guardFlagged(own),
    refused: words.guardRefused(own),
  };
  return sentences[verdict];
}

/** Why an image has no answer, short enough for its row; null where it has one, or none yet. */
export function describeReason(words: Words, { state, file }: Pick<WorkItem, 'state' | 'file'>): string | null {
  const now = state.value;
  const trouble = troubleOf(now);
  if (now.kind === 'done' && now.answer.status === 'refused') {
    const { header, guard, reason } = now.answer;
    const byHeader = describeHeaderRefusal(words, header);
    if (byHeader !== null) return byHeader;
    return words.guardReasons[guard?.reason ?? ''] ?? reason?.sentence ?? words.problems['guard-refused'] ?? null;
  }
  return trouble === null ? null : describeTrouble(words, trouble, file.size);
}
