/** Which dialog is open. */
import { signal } from '@preact/signals';

export const openDialog = signal<'none' | 'help' | 'card' | 'what-if' | 'clear' | 'keeping'>('none');
/** Opens by itself when the service asks for a token, and can be closed to look at the rest. */
export const tokenDialog = signal(false);
