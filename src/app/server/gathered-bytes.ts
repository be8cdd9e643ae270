/** Bytes that arrive in pieces, without a second copy of all of them at the end: of large images that would take twice the memory that is counted. */

/** Up to so many bytes the pieces themselves are kept: to put a few together is cheaper than to grow. */
const fewBytes = 2 ** 20;

export class GatheredBytes {
  #pieces: Buffer[] = [];
  #length = 0;
  /** Holds everything once there are many bytes. */
  #grown: ArrayBuffer | undefined;

  add(piece: Buffer): void {
    const start = this.#length;
    this.#length += piece.length;
    if (this.#length <= fewBytes) {
      this.#pieces.push(piece);
      return;
    }
    this.#grown ??= this.#startGrowing();
    if (this.#grown.byteLength < this.#length) {
      // The old memory is freed at once, not when the garbage is collected.
      this.#grown = this.#grown.transfer(Math.ceil(this.#length * 1.25));
    }
    new Uint8Array(this.#grown).set(piece, start);
  }

  /** All of them. Nothing can be added after. */
  take(): Buffer {
    if (this.#grown === undefined) {
      const [only, another] = this.#pieces;
      // Memory that a piece shares would be copied with it when it goes to a thread.
      const isWhole = another === undefined && only?.length === only?.buffer.byteLength;
      return only !== undefined && isWhole ? only : Buffer.concat(this.#pieces, this.#length);
    }
    this.#grown = this.#grown.transfer(this.#length);
    return Buffer.from(this.#grown);
  }

  /** Frees the memory, also of many bytes that were taken: nobody may look at them any more. Left to the garbage collector, it comes back late. */
  drop(): void {
    this.#grown?.transfer(0);
    this.#grown = undefined;
    this.#pieces = [];
    this.#length = 0;
  }

  #startGrowing(): ArrayBuffer {
    const grown = new ArrayBuffer(4 * fewBytes);
    let at = 0;
    for (const piece of this.#pieces) {
      new Uint8Array(grown).set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    return grown;
  }
}
