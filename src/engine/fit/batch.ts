/** What a training asks of whoever makes its batches. */

export interface Batch {
  /** NCHW float32, length = count*channels*height*width */
  readonly images: Float32Array<ArrayBuffer>;
  /** class index per image */
  readonly labels: Float32Array<ArrayBuffer>;
  readonly count: number;
  /** index of each image in the list given */
  readonly indices: Int32Array<ArrayBuffer>;
}

export interface EpochOptions {
  readonly shuffle: boolean;
  /** the first batch wanted, to go on in the middle of an epoch; default 0 */
  readonly startBatch?: number;
}

export interface BatchLoader {
  readonly imageCount: number;
  /** per epoch; the last batch may be partial */
  readonly batchCount: number;
  /**
   * The batches of an epoch in order. The same (seed, epoch, batch) has the same bits always. A loop may be left at any
   * time; several epochs may be read at once.
   */
  epoch(epoch: number, options: EpochOptions): AsyncGenerator<Batch, void, undefined>;
  /** Gives a batch's memory back for a later one; its arrays must not be read after that. Optional. */
  release(batch: Batch): void;
  /** Ends the thread. A loop still waiting for a batch fails. May be called twice. */
  close(): Promise<void>;
}
