import { afterAll } from 'vitest';
import { startDisplay } from '../../src-main/runtimes/system/display.ts';

// Every file of tests has a virtual display of its own where the machine has none.
const display = await startDisplay();
process.env['DISPLAY'] = display.name;
afterAll(() => display.stop());
