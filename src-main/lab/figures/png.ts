import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { fonts } from './fonts.ts';

/** Dots an inch that journals ask for; a point is 1/72 inch. */
const dotsPerPoint = 300 / 72;
let started: Promise<void> | null = null;

const start = async (): Promise<void> =>
  initWasm(await readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')));

/** What could not be read now is read at the next picture. */
const failed = (error: unknown): never => {
  started = null;
  throw error;
};

/** Paints an SVG at 300 dots an inch, with the figures' own font whatever the machine has. */
export const png = async (svg: string): Promise<Uint8Array> => {
  await (started ??= start().catch(failed));
  const { regular, semiBold } = fonts();
  const painter = new Resvg(svg, {
    // The file says points, which the painter takes for 4/3 pixels.
    fitTo: { mode: 'zoom', value: dotsPerPoint * (3 / 4) },
    font: { fontBuffers: [regular, semiBold], defaultFontFamily: 'Inter', loadSystemFonts: false },
  });
  const picture = painter.render();
  const bytes = picture.asPng();
  picture.free();
  painter.free();
  return withDensity(bytes);
};

/** 300 dots an inch in dots a metre. */
const dotsPerMetre = Math.round(300 / 0.0254);

/** Says the density in the file (PNG's pHYs chunk, behind the header), so that it has its size on paper wherever it is put. */
const withDensity = (bytes: Uint8Array): Uint8Array => {
  const headerEnd = 8 + 25; // signature, IHDR
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9, 0);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(dotsPerMetre, 8);
  chunk.writeUInt32BE(dotsPerMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([bytes.subarray(0, headerEnd), chunk, bytes.subarray(headerEnd)]);
};
