import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, screen } from 'electron';
import type { BrowserWindow, Rectangle } from 'electron';
import { z } from 'zod';

const whole = z.number().int();
const stateSchema = z.object({
  x: whole,
  y: whole,
  width: whole.min(200),
  height: whole.min(200),
  maximized: z.boolean(),
});
type WindowState = z.infer<typeof stateSchema>;

const file = (): string => join(app.getPath('userData'), 'window.json');

/** Where the window was when it closed last; null at the first start and where that place is on no screen any more. */
export const lastWindowState = (): WindowState | null => {
  try {
    const state = stateSchema.parse(JSON.parse(readFileSync(file(), 'utf8')));
    return screen.getAllDisplays().some((display) => overlaps(display.workArea, state)) ? state : null;
  } catch {
    return null; // missing or unreadable: a window in the middle does no harm
  }
};

export const rememberWindowState = (window: BrowserWindow): void => {
  const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() };
  try {
    writeFileSync(file(), JSON.stringify(state));
  } catch {
    // a full disk costs the window its place, nothing else
  }
};

/** True if at least 100 × 100 points of the window can be seen. */
const overlaps = (area: Rectangle, window: Rectangle): boolean =>
  Math.min(area.x + area.width, window.x + window.width) - Math.max(area.x, window.x) >= 100 &&
  Math.min(area.y + area.height, window.y + window.height) - Math.max(area.y, window.y) >= 100;
