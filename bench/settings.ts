/** What every part of the benchmark is told, and what it reports. */
export interface BenchSettings {
  /** Width and height of an image. */
  readonly size: number;
  readonly batch: number;
  readonly rounds: number;
  readonly threads: number;
  /** A folder of X-rays; phantoms where it is undefined. */
  readonly images: string | undefined;
  /** Tiny sizes and no peers. */
  readonly smoke: boolean;
}

export interface Row {
  readonly what: string;
  /** Median over the rounds. */
  readonly value: number;
  readonly unit: string;
  /** What the ratio compares with, or why there is none. */
  readonly against: string;
  /** Above 1: this project is faster, or uses less. Median of the ratios within each round. */
  readonly ratio?: number | undefined;
  readonly goal?: { readonly text: string } | undefined;
}
