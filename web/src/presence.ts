/** Whether somebody is at the list: rows must not move under a hand. */

/** Milliseconds after the pointer's last move or press: whoever moves it may be on the way to a row. */
const pointerRest = 700;

/** The list's element tells of itself. */
export const presence = { isOver: false, hasFocus: false, isScrolled: false };

const pointer = { isPressed: false, at: -Infinity };

export function isSomeoneThere(): boolean {
  const { isOver, hasFocus, isScrolled } = presence;
  return isOver || hasFocus || isScrolled || pointer.isPressed || performance.now() - pointer.at < pointerRest;
}

/** There is no list any more. */
export function leaveList(): void {
  Object.assign(presence, { isOver: false, hasFocus: false, isScrolled: false });
}

/** Wherever on the page the pointer is. */
export function listenToPresence(): void {
  const listen = (
    name: 'pointermove' | 'pointerdown' | 'pointerup' | 'pointercancel',
    isPressed: boolean | null,
  ): void => {
    const onEvent = (): void => {
      pointer.at = performance.now();
      if (isPressed !== null) pointer.isPressed = isPressed;
    };
    addEventListener(name, onEvent, { capture: true, passive: true });
  };
  listen('pointermove', null);
  listen('pointerdown', true);
  listen('pointerup', false);
  listen('pointercancel', false);
}
