/** What every answer tells browsers: only this service's own scripts, styles and addresses, in no other page's frame. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

const middleware = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      // What the user drops is shown from memory.
      imgSrc: ["'self'", 'blob:', 'data:'],
      connectSrc: ["'self'"],
      fontSrc: ["'self'"],
      manifestSrc: ["'self'"],
      workerSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  crossOriginEmbedderPolicy: true,
  referrerPolicy: { policy: 'no-referrer' },
  frameguard: { action: 'deny' },
  // Whether there is TLS is decided by what stands before this service.
  strictTransportSecurity: false,
});

/** The same for every request, so the library is asked once: to compose them anew took a third of the memory that a request takes. */
export function composeSecurityHeaders(): Readonly<Record<string, string>> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, (error) => {
    if (error !== undefined) throw error instanceof Error ? error : new TypeError('helmet refused its settings');
  });
  const permissions = 'camera=(), microphone=(), geolocation=(), payment=(), usb=()';
  return { ...(response.getHeaders() as Record<string, string>), 'permissions-policy': permissions };
}
