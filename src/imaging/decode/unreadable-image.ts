/** Why the content of a file cannot be read as an image, for who must tell one reason from another. */
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
