import { z } from 'zod';
import { integerParameter } from '../../runtime/api/nodes/parameters';

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')
  .meta({
    title: 'SHA-256',
    help: 'Checksum of the file, by which it is known to be the same one.',
  });

const phantom = z
  .object({
    kind: z.literal('phantom'),
    name: z
      .enum(['head-2d', 'head-3d'])
      .default('head-3d')
      .meta({ title: 'Phantom', help: 'A generated head: one slice, or the whole.' }),
    subject: integerParameter({
      title: 'Subject',
      help: 'Person 1; person 2: the same anatomy deformed, with folds of its own; 3: person 1 lying otherwise, turned and shifted.',
      default: 1,
      min: 1,
      max: 3,
    }),
    seed: integerParameter({
      title: 'Seed',
      help: 'Another number makes another pair of heads; all subjects need the same one.',
      default: 1,
      min: 0,
      max: 1_000_000,
    }),
    contrast: z
      .enum(['t1', 't2', 'ct'])
      .default('t1')
      .meta({ title: 'Contrast', help: 'What kind of scan is imitated.' }),
  })
  .meta({ title: 'Phantom' });

/** A file that stays with whoever chose it. */
export const file = z
  .object({
    kind: z.literal('file'),
    name: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^/\\]+$/, 'a file name without folders')
      .meta({
        title: 'File name',
        help: 'Name of the file; the file itself stays with you.',
      }),
    sha256: sha256.exactOptional(),
  })
  .meta({ title: 'File' });

/** An address that is asked for first. */
export const url = z
  .object({
    kind: z.literal('url'),
    url: z
      .string()
      .max(1000)
      .regex(/^https:\/\/\S+$/, 'an address that starts with https://')
      .meta({ title: 'Address', help: 'Fetched only after you agree.' }),
    sha256,
  })
  .meta({ title: 'Address' });

/**
 * Where data comes from that nobody generates: a file, or an address that is asked for first.
 * @param name of the file that is asked for until one is chosen
 */
export function fileParameter(name: string) {
  return z
    .discriminatedUnion('kind', [file, url])
    .default({ kind: 'file', name })
    .meta({ title: 'Source', help: 'A file of yours, or an address on the web.' });
}

/** Where a loader's data comes from: generated, a file, or an address that is asked for first. */
export function sourceParameter() {
  return z
    .discriminatedUnion('kind', [phantom, file, url])
    .default({ kind: 'phantom', name: 'head-3d', subject: 1, seed: 1, contrast: 't1' })
    .meta({
      title: 'Source',
      help: 'A generated head, a file of yours, or an address on the web.',
    });
}
