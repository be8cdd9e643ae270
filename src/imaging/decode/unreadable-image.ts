/** An image that cannot be read: why, for who must tell one reason from another; and how to go on with the others. */
import { PneumoscopeError } from '../../base/errors.ts';

export type UnreadableContent =
  | 'empty'
  | 'not-an-image'
  /** an image of a format or mode that is not read, or with too few pixels */
  | 'unsupported'
  /** more pixels than are read safely */
  | 'too-large'
  | 'truncated'
  | 'damaged';

/** E_UNREADABLE_IMAGE with its reason. */
export class UnreadableImageError extends PneumoscopeError {
  readonly kind: UnreadableContent;

  /** @param message one sentence that names the file */
  constructor(kind: UnreadableContent, message: string, options?: ErrorOptions) {
    super('E_UNREADABLE_IMAGE', message, options);
    this.name = 'UnreadableImageError';
    this.kind = kind;
  }
}

/** One of many images, which the others do without. */
export interface UnreadableImage {
  /** as its list names it */
  readonly file: string;
  /** a sentence that names the file's path */
  readonly reason: string;
}

/** Whether an error is about the image: its file is not there or cannot be opened, or its content cannot be read. */
export function isUnreadable(error: unknown): error is PneumoscopeError {
  return error instanceof PneumoscopeError && (error.code === 'E_UNREADABLE_IMAGE' || error.code === 'E_NOT_FOUND');
}

/**
 * What was read, or why it could not be. A defect of ours is thrown on, and so is an interruption.
 *
 * @param file as its list names it
 */
export async function orUnreadable<T extends object>(file: string, reading: Promise<T>): Promise<T | UnreadableImage> {
  try {
    return await reading;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { file, reason: error.message };
  }
}

/** Enough to mend a folder by; a list of a million lines helps nobody. */
const listedAtMost = 1000;

/** All unreadable images of a list at once. */
export class UnreadableImagesError extends PneumoscopeError {
  readonly unreadable: readonly UnreadableImage[];

  constructor(unreadable: readonly UnreadableImage[], total: number) {
    const shown = unreadable.slice(0, listedAtMost).map(({ reason }) => `\n  ${reason}`);
    const more = unreadable.length > listedAtMost ? `\n  and ${unreadable.length - listedAtMost} more` : '';
    const count = `${unreadable.length} of ${total} images cannot be read`;
    super(
      'E_UNREADABLE_IMAGE',
      `${count}; mend them, or leave them out with --skip-unreadable:${shown.join('')}${more}`,
    );
    this.unreadable = unreadable;
  }
}
