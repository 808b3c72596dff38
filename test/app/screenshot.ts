import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Keeps a picture of the window in the folder that ESAM_LAB_SCREENSHOTS names; otherwise none is taken. */
export const screenshot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['ESAM_LAB_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
};
