import type { JSX } from 'preact';
import { words } from '../preferences.ts';

/** Always in sight. */
export function Footer(): JSX.Element {
  const text = words.value;
  return (
    <footer class="footer">
      <p class="footer-notice">
        <b>{text.notDevice}</b> {text.notDeviceMore}
      </p>
      <p class="footer-privacy">{text.staysHere}</p>
    </footer>
  );
}
