/** That the service has taken images and says nothing. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { pageBudgets } from '../page-budgets.ts';
import { words } from '../preferences.ts';
import { sender } from '../service-state.ts';
import { Icon } from './icon.tsx';

export function Silence(): JSX.Element | null {
  const text = words.value;
  const now = useSignal(performance.now());
  const since = sender.silentSince.value;
  useEffect(() => {
    if (since === null) return undefined;
    const timer = setInterval(() => {
      now.value = performance.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [since === null]);
  const silent = since === null ? 0 : now.value - since;
  const isLong = silent >= pageBudgets.silence.limit;
  return (
    <>
      <p class="unseen" role="alert">
        {isLong ? text.problems['no-answer'] : ''}
      </p>
      {isLong && (
        <p class="held held-warning">
          <span>{text.silent(Math.floor(silent / 1000))}</span>
          <button type="button" class="button button-small" onClick={() => sender.sendAnew()}>
            <Icon name="retry" />
            {text.sendAnew}
          </button>
        </p>
      )}
    </>
  );
}
