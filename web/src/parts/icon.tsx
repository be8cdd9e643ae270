/** Line drawings for buttons; words stand beside them or in their label. */
import type { JSX } from 'preact';

const paths = {
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  folder: 'M3 7.500V18a1 1 0 0 0 1 1h16a1 1 0 0 0 1-1V9a1 1 0 0 0-1-1h-8l-2-2.500H4a1 1 0 0 0-1 1z',
  image: 'M4 5h16v14H4zM4 16l4.500-4.500 4 4 3-3 4.500 4.500M15.500 9.500h.01',
  close: 'M6 6l12 12M18 6L6 18',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  help: 'M9.200 9a3 3 0 1 1 4.200 3c-.9.500-1.400 1-1.400 2.200M12 17.500h.01',
  card: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L20 20',
  download: 'M12 4v11M7.500 11l4.500 4.500L16.500 11M5 20h14',
  clear: 'M5 7h14M10 4h4M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5',
  invert: 'M12 4a8 8 0 1 0 0 16 8 8 0 1 0 0-16z',
  reset: 'M5 5v5h5M5.500 10A7.500 7.500 0 1 1 5 14',
  heat: 'M12 3c1 4 5 5.500 5 10.500a5 5 0 0 1-10 0c0-2 1-3.500 2-4.500.5 1.500 1 2 1.800 2.300C10.500 8.500 10.800 5.500 12 3z',
  compare: 'M4 5h7v14H4zM13 5h7v14h-7z',
  turnLeft: 'M4 6v5h5M4.500 11A8 8 0 1 1 6 17.500',
  turnRight: 'M20 6v5h-5M19.500 11A8 8 0 1 0 18 17.500',
  mirror: 'M12 3v18M9 7L3 17h6zM15 7l6 10h-6z',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  swap: 'M4 9h14l-3.500-3.500M20 15H6l3.500 3.500',
  move: 'M12 3v18M3 12h18M12 3l-2.500 2.500M12 3l2.500 2.500M12 21l-2.500-2.500M12 21l2.500-2.500M3 12l2.500-2.500M3 12l2.500 2.500M21 12l-2.500-2.500M21 12l-2.500 2.500',
  levels: 'M4 20L20 4M4 20h5c6 0 3-16 9-16h2',
  retry: 'M19 5v5h-5M18.500 10A7.500 7.500 0 1 0 19 14',
  stop: 'M7 7h10v10H7z',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
      {name === 'invert' && <path class="filled" d="M12 4a8 8 0 0 1 0 16z" />}
    </svg>
  );
}

export function Brand(): JSX.Element {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="brand-line" d="M16 4.500v10" />
      <path
        class="brand-full"
        d="M13 11.500c-4.500 1-8 6.500-8 12.500 0 2.200 3.300 2.500 5.600 1.400C12.300 24.600 13 23.500 13 22z"
      />
      <path
        class="brand-line"
        d="M19 11.500c4.500 1 8 6.500 8 12.500 0 2.200-3.300 2.500-5.600 1.400C19.700 24.600 19 23.500 19 22z"
      />
    </svg>
  );
}
