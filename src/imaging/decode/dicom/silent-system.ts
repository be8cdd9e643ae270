/** The system that WebAssembly of C++ asks for: no environment, no clock, and nowhere to print. */

/** Functions of `wasi_snapshot_preview1`. @param memory the module's own, which grows @param onLine gets what would be printed, but for empty lines */
export function createSilentSystem(
  memory: () => ArrayBuffer,
  onLine: (line: string) => void,
): Readonly<Record<string, (...of: never[]) => number>> {
  const write = (at: number, value: number): void => new DataView(memory()).setUint32(at, value, true);
  let printed = '';
  return {
    environ_sizes_get: (countAt: number, sizeAt: number) => {
      write(countAt, 0);
      write(sizeAt, 0);
      return 0;
    },
    environ_get: () => 0,
    clock_time_get: (_clock: number, _precision: bigint, at: number) => {
      new DataView(memory()).setBigUint64(at, 0n, true);
      return 0;
    },
    fd_write: (_file: number, pieces: number, count: number, writtenAt: number) => {
      const view = new DataView(memory());
      let written = 0;
      for (let piece = pieces; piece < pieces + 8 * count; piece += 8) {
        const [at, length] = [view.getUint32(piece, true), view.getUint32(piece + 4, true)];
        written += length;
        printed += Buffer.from(memory(), at, length).toString('latin1');
      }
      write(writtenAt, written);
      const lines = printed.split('\n');
      printed = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') onLine(line.trim());
      return 0;
    },
    fd_seek: () => 0,
    fd_close: () => 0,
    proc_exit: (status: number) => {
      throw new Error(`it ended with status ${status}`);
    },
  };
}
