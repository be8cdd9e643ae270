/**
 * Frees bytes that nothing reads any more, at once. Left to the garbage collector, the megabytes of each file and of each
 * decoded image make V8 mark its whole heap again every thirty files: a tenth of the time that preparing images takes.
 *
 * A view of part of a buffer is left alone: the rest may belong to somebody else.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0);
}
