/** What tool bars are made of. */
import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface ChoiceProps {
  readonly name: IconName;
  readonly label: string;
  readonly title?: string;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

/** A button that stays pressed. */
export function Choice({ name, label, title, isOn, onClick }: ChoiceProps): JSX.Element {
  return (
    <button
      type="button"
      class="button toggle"
      aria-pressed={isOn}
      {...(title !== undefined && { title })}
      onClick={onClick}
    >
      <Icon name={name} />
      {label}
    </button>
  );
}

interface IconButtonProps {
  readonly name: IconName;
  readonly label: string;
  readonly onClick: () => void;
}

export function IconButton({ name, label, onClick }: IconButtonProps): JSX.Element {
  return (
    <button type="button" class="button icon-only" aria-label={label} title={label} onClick={onClick}>
      <Icon name={name} />
    </button>
  );
}

interface SliderProps {
  readonly label: ComponentChildren;
  readonly low: number;
  readonly high: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

export function Slider({ label, low, high, value, onChange }: SliderProps): JSX.Element {
  return (
    <label class="slider">
      <span>{label}</span>
      <input
        type="range"
        min={low}
        max={high}
        value={Math.round(value)}
        onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
      />
      <output aria-hidden="true">{Math.round(value)}</output>
    </label>
  );
}
