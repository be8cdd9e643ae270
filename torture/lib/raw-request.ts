/** Requests that no HTTP library would send, and connections that are left half open. */
import { connect } from 'node:net';

/**
 * Sends bytes over a connection of their own.
 *
 * @param holdMs how long the connection stays open where nothing is answered
 * @returns the status of the first answer; undefined: the service closed the connection, or nothing came
 */
export function sendRaw(url: string, text: string | Buffer, holdMs = 3000): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text));
    const finish = (): void => {
      clearTimeout(limit);
      socket.destroy();
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
      resolve(status === undefined ? undefined : Number(status));
    };
    const limit = setTimeout(finish, holdMs);
    socket.setEncoding('latin1').on('data', (piece: string) => {
      answer += piece;
      if (answer.includes('\r\n')) finish();
    });
    socket.on('error', finish).on('close', finish);
  });
}
