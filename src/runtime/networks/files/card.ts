import { z } from 'zod';

const text = z.string().max(10_000);
const axesOf = <T extends z.ZodType>(item: T) => z.array(item).min(2).max(3);

/** As in `IntensityRange`. */
const normalization = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('none') }),
  z.strictObject({ method: z.literal('range') }),
  z.strictObject({
    method: z.literal('percentiles'),
    lower: z.number().min(0).max(100),
    upper: z.number().min(0).max(100),
  }),
]);

const training = z.strictObject({
  /** SHA-256 of the recipe that trained it, as hexadecimal digits. */
  recipeSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** What it was trained on, in words. */
  data: text,
  seed: z.int(),
  steps: z.int().min(0),
  /** Figures on data that it was not trained on, by their names. */
  validation: z.record(z.string().max(200), z.number()).default({}),
});

/** What a network's file says of its network: what it is, what it was trained for, and on what. */
export const networkCard = z
  .strictObject({
    format: z.literal('weft-network'),
    version: z.literal(1),
    /** Its name in the registry of architectures. */
    architecture: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
    /** Of the architecture; what is absent has the published default. */
    settings: z.record(z.string().max(100), z.json()),
    /** x, y(, z) of the grid that it was trained for. */
    sizeVoxels: axesOf(z.int().min(1).max(4096)),
    /** Along x, y(, z). Absent: not known. */
    spacingMm: axesOf(z.number().positive().max(1000)).optional(),
    /** Where x, y, z point to, such as `RAS`. Absent: not known. */
    orientation: z
      .string()
      .regex(/^[RLAPSI]{3}$/)
      .optional(),
    normalization,
    training: training.optional(),
    /** An SPDX identifier, or words. */
    licence: text,
    notes: text.optional(),
  })
  .refine(({ sizeVoxels, spacingMm }) => !spacingMm || spacingMm.length === sizeVoxels.length, {
    path: ['spacingMm'],
    message: 'has another number of axes than sizeVoxels',
  });

/** A network's card, whole. */
export type NetworkCard = z.infer<typeof networkCard>;
