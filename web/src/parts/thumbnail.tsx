import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { words } from '../preferences.ts';
import { wishThumbnail } from '../thumbnails.ts';

interface Props {
  readonly file: File;
  /** whether there is an answer: what could not be shown before may be shown now */
  readonly isSettled: boolean;
}

/** Drawn once the row is in sight; what cannot be shown stays a frame with a word. */
export function Thumbnail({ file, isSettled }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    setMissing(false);
    return wishThumbnail(file, (bitmap) => {
      const target = canvas.current;
      if (bitmap === null || target === null) {
        setMissing(bitmap === null);
        return;
      }
      target.width = bitmap.width;
      target.height = bitmap.height;
      target.getContext('2d')?.drawImage(bitmap, 0, 0);
    });
  }, [file, isSettled]);
  return (
    <span class="thumbnail" aria-hidden="true">
      {isMissing ? (
        <span class="thumbnail-missing">{words.value.noPreview}</span>
      ) : (
        <canvas ref={canvas} width="1" height="1" />
      )}
    </span>
  );
}
