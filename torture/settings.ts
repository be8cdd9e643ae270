/** What every part of the trial is told, and what it reports. */
export interface TrialSettings {
  /** The same seed gives the same kills, faults, mutations and requests. */
  readonly seed: number;
  /** Kills of `train`. */
  readonly kills: number;
  /** File operations that are failed of each command; Infinity: every one. */
  readonly faults: number;
  /** Of `operations`, by name; undefined: all. */
  readonly commands: readonly string[] | undefined;
  readonly images: number;
  readonly models: number;
  readonly zips: number;
  /** Requests of the Open Inference Protocol. */
  readonly requests: number;
  /** Of mixed hostile load. */
  readonly minutes: number;
  /** The first case of the mutated inputs, to see one again. */
  readonly first: number;
  /** Tiny counts and fewer commands: shows that the trial runs. */
  readonly smoke: boolean;
  /** An empty folder. */
  readonly scratch: string;
  /** Tells people where the trial is. */
  readonly note: (words: string) => void;
}

export interface PartReport {
  readonly cases: number;
  /** One sentence a case that did not hold, with what finds it again. */
  readonly broke: readonly string[];
  /** The figure nearest to its limit, in words. */
  readonly worst: string;
  /** Why the part could not be tried; undefined where it was. */
  readonly skipped?: string | undefined;
}

export type Part = (settings: TrialSettings) => Promise<PartReport>;
