/** For whom this browser keeps lists. */
export const keepChoices = ['tab', 'browser', 'off'] as const;
export type KeepChoice = (typeof keepChoices)[number];
