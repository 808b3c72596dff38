import type { LabApi } from '../shared/labApi.ts';
import type { Lab } from '../src-main/lab/lab.ts';
import { serve } from '../src-main/lab/serve.ts';
import { startWebServer } from '../src-main/web/server.ts';
import { Uploads } from '../src-main/web/uploads.ts';

/** The built page over a lab, for browsers on this machine. */
export interface ServedWindow {
  /** Opens one browser; the next one needs the next address. */
  address(): string;
  close(): Promise<void>;
}

/** A lab, or what stands in for one that did not open. */
export type ServableLab = LabApi & Pick<Lab, 'onEvent' | 'grantPaths'>;

/** Serves a lab's window to browsers. @param folder - where uploads go. */
export const serveWindow = async (lab: ServableLab, folder: string): Promise<ServedWindow> => {
  let address = '';
  const server = await startWebServer({
    ...{ port: 0, pageFolder: 'out/renderer', uploads: new Uploads(folder) },
    onClient: (channel) => serve(lab, channel),
    onGrant: (path) => lab.grantPaths([path]),
    onAddress: (next) => (address = next),
  });
  address = server.address;
  return { address: () => address, close: () => server.close() };
};
