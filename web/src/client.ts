/** The one client of the page, with its token. */
import { ServiceClient } from './service-client.ts';

export const client = new ServiceClient();
