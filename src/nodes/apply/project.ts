import { z } from 'zod';
import {
  applyMatrix,
  type Matrix3x4,
  multiplyMatrices,
  type Vec3,
  type WorldFromVoxel,
} from '../../imaging/frames';
import { centreMm, type Grid, voxelFromWorld } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { mapChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import {
  choiceParameter,
  integerListParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';

export const projectImage = defineNode({
  type: 'apply.project',
  version: 1,
  title: 'X-ray projection (DRR)',
  section: 'apply',
  synonyms: [
    'digitally reconstructed radiograph',
    'DRR',
    'radiograph',
    'fluoroscopy',
    'C-arm',
    'ray casting',
    'forward projection',
    '2D/3D',
  ],
  documentation: {
    summary:
      'The X-ray image that a volume would give: its line integrals from a source to a flat detector.',
    details: `From the source, a point, a ray goes to the middle of each pixel of the detector. Along it the volume is read linearly in steps of *Step*, and what it attenuates per mm
is added up. Outside of the image there is nothing. The result is the line integral, which has no unit, or the share of the rays that gets through, exp(−integral).

Source and detector turn about the middle of the image. With *Orbit* and *Tilt* at 0 the source stands in front of the patient, as for a picture from front to back, and the patient’s right
is on the left of the detector; *Orbit* 90 brings the source to the patient’s left, *Tilt* raises it towards the head. The result is one slice that lies in the world where the detector stands.
An object in the middle is magnified by *Source to detector* over *Source to middle*.

A CT has Hounsfield units: attenuation is that of water times 1 + HU / 1000, and air is nothing. For an image of anything else, such as attenuation per mm, take *attenuation*: its numbers are
added up as they are.

A *transform* moves the patient: an affine map from the world of the X-ray to that of the image. One kind of energy is assumed, no scatter, no noise.`,
    formula: String.raw`I(d) = h\sum_k \mu\big(A\,(s + (k+\tfrac12)\,h\,e)\big),\qquad e = \frac{d-s}{|d-s|},\qquad \mu = \mu_\mathrm{water}\,\max\!\big(0,\ 1 + \tfrac{\mathrm{HU}}{1000}\big)`,
    references: [
      {
        text: 'Miao, Wang, Liao: A CNN regression approach for real-time 2D/3D registration, 2016',
        doi: '10.1109/TMI.2016.2521800',
      },
      {
        text: 'Markelj, Tomaževič, Likar, Pernuš: A review of 3D/2D registration methods for image-guided interventions, 2012',
        doi: '10.1016/j.media.2010.03.005',
      },
    ],
  },
  params: z.object({
    orbitDegrees: numberParameter({
      title: 'Orbit',
      help: 'Where the source stands about the axis of the body: 0 in front, 90 at the patient’s left.',
      unit: '°',
      default: 0,
      min: -180,
      max: 180,
    }),
    tiltDegrees: numberParameter({
      title: 'Tilt',
      help: 'How far the source is raised towards the head.',
      unit: '°',
      default: 0,
      min: -90,
      max: 90,
    }),
    sourceToMiddleMm: numberParameter({
      title: 'Source to middle',
      help: 'From the source to the middle of the image: nearer magnifies more.',
      unit: 'mm',
      default: 700,
      min: 10,
      max: 100_000,
    }),
    sourceToDetectorMm: numberParameter({
      title: 'Source to detector',
      help: 'From the source to the plane of the detector.',
      unit: 'mm',
      default: 1000,
      min: 20,
      max: 200_000,
    }),
    sizePixels: integerListParameter({
      title: 'Detector',
      help: 'Pixels across and up.',
      unit: 'pixels',
      default: [256, 256],
      min: 2,
      max: 2048,
      maxLength: 2,
    }),
    pixelMm: numberParameter({
      title: 'Pixel',
      help: 'Edge of a pixel of the detector.',
      unit: 'mm',
      default: 1.5,
      min: 0.01,
      max: 100,
    }),
    values: choiceParameter({
      title: 'Numbers are',
      help: 'Hounsfield units of a CT, or attenuation per mm.',
      choices: ['hounsfield', 'attenuation'],
      default: 'hounsfield',
    }),
    waterPerMm: numberParameter({
      title: 'Water',
      help: 'Attenuation of water: 0.02 at about 65 keV, less at higher energies. For Hounsfield units.',
      unit: '1/mm',
      default: 0.02,
      min: 0.001,
      max: 1,
      advanced: true,
    }),
    shows: choiceParameter({
      title: 'Shows',
      help: 'The line integral, bright where much is in the way, or the share of rays that gets through.',
      choices: ['integral', 'transmission'],
      default: 'integral',
    }),
    stepMm: numberParameter({
      title: 'Step',
      help: 'From one sample of a ray to the next; half a voxel or less loses nothing.',
      unit: 'mm',
      default: 1,
      min: 0.01,
      max: 50,
      advanced: true,
    }),
  }),
  inputs: {
    image: { type: 'image', doc: 'A volume, such as a CT.' },
    transform: {
      type: 'transform',
      optional: true,
      doc: 'Affine pose: from the world of the X-ray to that of the image.',
    },
  },
  outputs: {
    image: { type: 'image', doc: 'The projection, one slice where the detector stands.' },
  },
  lower(b, { image, transform }, params, context) {
    const { grid } = image;
    const [across, up] = params.sizePixels;
    if (across === undefined || up === undefined) {
      return context.refuse({
        parameter: 'sizePixels',
        message: 'A detector has two sizes.',
        remedy: 'Give the pixels across and up, such as 256, 256.',
      });
    }
    if (grid.sizeVoxels.includes(1)) {
      return context.refuse({
        port: 'image',
        message: 'This image is a slice: a ray has nothing to pass.',
        remedy: 'Wire a volume.',
      });
    }
    if (transform?.displacement !== undefined) {
      return context.refuse({
        port: 'transform',
        message: 'A pose is an affine transform; this one bends.',
        remedy: 'Transform the image first (Transform image), and project the result.',
      });
    }
    if (params.sourceToDetectorMm <= params.sourceToMiddleMm) {
      return context.refuse({
        parameter: 'sourceToDetectorMm',
        message: `The detector, ${params.sourceToDetectorMm} mm from the source, does not stand behind the middle of the image at ${params.sourceToMiddleMm} mm.`,
        remedy: 'Make it larger than Source to middle.',
      });
    }
    const { detector, focusMm } = cArm(centreMm(grid), { ...params, across, up });
    if (transform === undefined && isInside(grid, focusMm)) {
      return context.refuse({
        parameter: 'sourceToMiddleMm',
        message: 'The source lies within the image.',
        remedy: 'Move it further away.',
      });
    }
    const attributes = {
      ...gridAttributes(detector),
      focusMm: [...focusMm],
      stepMm: params.stepMm,
    };
    const projected = mapChannels(b, image.image, (channel) => {
      const volume =
        params.values === 'hounsfield' ? attenuation(b, channel, params.waterPerMm) : channel;
      return b.project({ volume, affine: transform?.affine }, attributes);
    });
    const shown =
      params.shows === 'integral'
        ? projected
        : mapChannels(b, projected, (channel) =>
            b.pointwise({ a: channel }, { expressions: [['exp', ['neg', 'a']]] }),
          );
    return { image: { kind: 'image', grid: detector, channels: image.channels, image: shown } };
  },
});

/** Per mm, from Hounsfield units. */
function attenuation(b: Builder, hounsfield: ValueId, waterPerMm: number): ValueId {
  return b.pointwise(
    { a: hounsfield },
    { expressions: [['*', waterPerMm, ['max', 0, ['+', 1, ['*', 0.001, 'a']]]]] },
  );
}

interface CArm {
  readonly orbitDegrees: number;
  readonly tiltDegrees: number;
  readonly sourceToMiddleMm: number;
  readonly sourceToDetectorMm: number;
  readonly pixelMm: number;
  readonly across: number;
  readonly up: number;
}

/** Source and detector about a point of the world, RAS+: across, up and towards the source are the detector's axes. */
function cArm(middle: Vec3, arm: CArm): { readonly detector: Grid; readonly focusMm: Vec3 } {
  const { orbitDegrees, tiltDegrees, pixelMm, across, up } = arm;
  const [orbit, tilt] = [(orbitDegrees * Math.PI) / 180, (tiltDegrees * Math.PI) / 180];
  const [so, co, st, ct] = [Math.sin(orbit), Math.cos(orbit), Math.sin(tilt), Math.cos(tilt)];
  // biome-ignore format: rows of a matrix
  const worldFromArm = [
    -co, so * st, -so * ct, middle[0],
    -so, -co * st, co * ct, middle[1],
    0, ct, st, middle[2],
  ] as unknown as Matrix3x4;
  const behindMm = arm.sourceToMiddleMm - arm.sourceToDetectorMm;
  // biome-ignore format: rows of a matrix
  const armFromPixel: Matrix3x4 = [
    pixelMm, 0, 0, (-pixelMm * (across - 1)) / 2,
    0, pixelMm, 0, (-pixelMm * (up - 1)) / 2,
    0, 0, pixelMm, behindMm,
  ];
  return {
    detector: {
      sizeVoxels: [across, up, 1],
      worldFromVoxel: multiplyMatrices(worldFromArm, armFromPixel) as WorldFromVoxel,
    },
    focusMm: applyMatrix(worldFromArm, [0, 0, arm.sourceToMiddleMm]),
  };
}

function isInside(grid: Grid, point: Vec3): boolean {
  const voxel = applyMatrix(voxelFromWorld(grid), point);
  return voxel.every((at, axis) => at > -1 && at < (grid.sizeVoxels[axis] ?? 1));
}
