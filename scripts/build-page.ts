/** Builds web/ to dist/web/, from where the service sends it. */
import { join } from 'node:path';
import { build } from 'vite';

// Tests set another one, and Vite would keep what helps in finding mistakes.
process.env['NODE_ENV'] = 'production';
await build({ configFile: join(import.meta.dirname, '../web/vite.config.ts'), logLevel: 'warn' });
