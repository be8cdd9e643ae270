/**
 * The same bytes with the reading methods of Node's Buffer; nothing is copied. Public functions take a plain Uint8Array, so that
 * their types ask nobody for Node's.
 */
export function viewAsBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
