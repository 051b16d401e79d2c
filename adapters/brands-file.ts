import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

const document = z.object({
  brands: z.record(z.string(), z.object({ name: z.string(), accent: z.string() })),
});

/** The brands of the catalogue, as pages show them. */
export type ShownBrands = z.infer<typeof document>['brands'];

/**
 * Reads the brands of the catalogue that was deployed with a function, a JSON file. The whole of it was checked when
 * it was packaged, and this needs no more of it.
 */
export const readBrands = (file: string): ShownBrands =>
  document.parse(JSON.parse(readFileSync(file, 'utf8'))).brands;
