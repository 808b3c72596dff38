import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Inter, as on screen, in the two weights that figures use: whole TrueType files, Greek and mathematical signs included. */
const files = {
  regular: '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
  semiBold: '@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf',
} as const;

const read = (file: string): Buffer => readFileSync(createRequire(import.meta.url).resolve(file));
let loaded: { readonly regular: Buffer; readonly semiBold: Buffer } | null = null;

export const fonts = (): { readonly regular: Buffer; readonly semiBold: Buffer } =>
  (loaded ??= { regular: read(files.regular), semiBold: read(files.semiBold) });
