/** Requests over HTTP whose answer does not matter but for its status. */

export type Body = NonNullable<RequestInit['body']>;

/** @returns the status; undefined where the connection ended. @throws where nothing is answered within a minute */
export async function send(
  url: string,
  body: Body,
  headers: Record<string, string>,
  method: 'POST' | 'PUT' = 'POST',
  signal?: AbortSignal,
): Promise<number | undefined> {
  const known = headers['content-type'] === '' ? {} : headers;
  try {
    const response = await fetch(url, { method, body, headers: known, signal: signal ?? AbortSignal.timeout(60_000) });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw error;
    return undefined;
  }
}

/** Asks, and goes away before the answer. */
export function leave(url: string, body: Body, afterMs: number): Promise<number | undefined> {
  return send(url, body, { 'content-type': 'image/jpeg' }, 'POST', AbortSignal.timeout(afterMs)).catch(() => undefined);
}

/** A form of many large files, whose length is not announced. */
export async function sendEndless(url: string, junk: Buffer): Promise<number | undefined> {
  let left = 100;
  const part = Buffer.concat([
    Buffer.from('--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'),
    junk,
    Buffer.from('\r\n'),
  ]);
  const body = new ReadableStream({
    pull: (controller) => {
      if (left-- > 0) controller.enqueue(new Uint8Array(part));
      else controller.close();
    },
  });
  try {
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const init = { method: 'POST', body, headers, duplex: 'half', signal: AbortSignal.timeout(60_000) } as RequestInit;
    const response = await fetch(`${url}/api/v1/classify`, init);
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}
