/** What a pane watches: its file, and its own size. */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { openPicture, type Picture } from './pictures.ts';
import type { Size } from './view.ts';

/** @param attempt another value tries again what could not be opened */
export function usePicture(file: File, attempt: unknown): [picture: Picture | null, isBroken: boolean] {
  const [opened, setOpened] = useState<{ file: File; picture: Picture | null } | null>(null);
  useEffect(() => {
    let isWanted = true;
    openPicture(file).then(
      (picture) => isWanted && setOpened({ file, picture }),
      () => isWanted && setOpened({ file, picture: null }),
    );
    return () => {
      isWanted = false;
    };
  }, [file, attempt]);
  return opened?.file === file ? [opened.picture, opened.picture === null] : [null, false];
}

export function useSize(frame: { readonly current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 1, height: 1 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = (): void => {
      setSize({ width: Math.max(1, element.clientWidth), height: Math.max(1, element.clientHeight) });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return size;
}
