import {
  applyMatrix,
  invertMatrix,
  type Matrix3x4,
  multiplyMatrices,
  type Vec3,
} from '../../imaging/frames';

/** A volume's lattice, as far as slicing needs it. */
export interface SlicedGrid {
  readonly sizeVoxels: Vec3;
  readonly worldFromVoxel: Matrix3x4;
}

/** A plane by its anatomical name. */
export type PlaneName = 'axial' | 'coronal' | 'sagittal';

/** World axis (0 right, 1 anterior, 2 superior) across, up and through each plane. */
const planeAxes: Readonly<Record<PlaneName, { across: number; up: number; through: number }>> = {
  axial: { across: 0, up: 1, through: 2 },
  coronal: { across: 0, up: 2, through: 1 },
  sagittal: { across: 1, up: 2, through: 0 },
};

const letters = [
  ['L', 'R'],
  ['P', 'A'],
  ['I', 'S'],
] as const;

/** How one pane looks at the reference grid. */
export interface SliceView {
  /** Reference voxel at the middle of pixel (0, 0), and the steps to the next pixel and row. */
  readonly originVoxel: Vec3;
  readonly acrossVoxel: Vec3;
  readonly downVoxel: Vec3;
  readonly pixelsPerMm: number;
  /** Voxel axis that the pane cuts through. */
  readonly throughAxis: number;
  /** Letters at the left, right, top and bottom of the pane. */
  readonly letters: {
    readonly left: string;
    readonly right: string;
    readonly top: string;
    readonly bottom: string;
  };
}

/** What a pane shows of its plane. */
export interface PaneFrame {
  readonly widthPixels: number;
  readonly heightPixels: number;
  /** 1 shows the whole grid. */
  readonly zoom: number;
  /** Shift of the picture in mm, to the right and down. */
  readonly panMm: readonly [number, number];
}

/**
 * For every world axis the voxel axis that runs most along it, and whether it runs the same way. So
 * an oblique grid is shown along its own axes, and a one-slice grid is always seen from the front.
 */
export function nearestAxes(
  worldFromVoxel: Matrix3x4,
): readonly { readonly voxelAxis: number; readonly sign: 1 | -1 }[] {
  const direction = (world: number, voxel: number) => {
    const column = [0, 1, 2].map((row) => worldFromVoxel[row * 4 + voxel] ?? 0);
    return (column[world] ?? 0) / Math.hypot(...column);
  };
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const;
  const likeness = (order: readonly number[]) =>
    order.reduce((sum, voxel, world) => sum + Math.abs(direction(world, voxel)), 0);
  // Of two orders that fit equally well the first stays, so that plain grids keep their axes.
  const best = orders.reduce((a, b) => (likeness(b) > likeness(a) + 1e-9 ? b : a));
  return best.map((voxelAxis, world) => ({
    voxelAxis,
    sign: direction(world, voxelAxis) < 0 ? -1 : 1,
  }));
}

/** The planes that show something of a grid: one for a one-slice grid, else all three. */
export function planeNamesOf(grid: SlicedGrid): readonly PlaneName[] {
  const flat = grid.sizeVoxels.indexOf(1);
  const names: readonly PlaneName[] = ['axial', 'coronal', 'sagittal'];
  if (flat < 0) return names;
  const axes = nearestAxes(grid.worldFromVoxel);
  return names.filter((name) => axes[planeAxes[name].through]?.voxelAxis === flat);
}

/** The view of a pane that cuts the reference grid at a world point. */
export function sliceView(
  grid: SlicedGrid,
  plane: PlaneName,
  crosshairMm: Vec3,
  frame: PaneFrame,
): SliceView {
  const axes = nearestAxes(grid.worldFromVoxel);
  const { across, up, through } = planeAxes[plane];
  const acrossAxis = axes[across] ?? { voxelAxis: 0, sign: 1 };
  const upAxis = axes[up] ?? { voxelAxis: 1, sign: 1 };
  const throughAxis = axes[through]?.voxelAxis ?? 2;
  const spacing = [0, 1, 2].map((axis) =>
    Math.hypot(...[0, 1, 2].map((row) => grid.worldFromVoxel[row * 4 + axis] ?? 0)),
  );
  const extentMm = (axis: number) => (grid.sizeVoxels[axis] ?? 1) * (spacing[axis] ?? 1);
  const pixelsPerMm =
    frame.zoom *
    Math.min(
      frame.widthPixels / extentMm(acrossAxis.voxelAxis),
      frame.heightPixels / extentMm(upAxis.voxelAxis),
    );

  const acrossVoxel: [number, number, number] = [0, 0, 0];
  const downVoxel: [number, number, number] = [0, 0, 0];
  acrossVoxel[acrossAxis.voxelAxis] =
    acrossAxis.sign / (pixelsPerMm * (spacing[acrossAxis.voxelAxis] ?? 1));
  downVoxel[upAxis.voxelAxis] = -upAxis.sign / (pixelsPerMm * (spacing[upAxis.voxelAxis] ?? 1));

  const middle: Vec3 = [
    (grid.sizeVoxels[0] - 1) / 2,
    (grid.sizeVoxels[1] - 1) / 2,
    (grid.sizeVoxels[2] - 1) / 2,
  ];
  const cut = applyMatrix(invertMatrix(grid.worldFromVoxel), crosshairMm);
  const columns = (frame.widthPixels - 1) / 2 + frame.panMm[0] * pixelsPerMm;
  const rows = (frame.heightPixels - 1) / 2 + frame.panMm[1] * pixelsPerMm;
  const origin = [0, 1, 2].map((axis) =>
    axis === throughAxis
      ? clamp(cut[axis] ?? 0, 0, (grid.sizeVoxels[axis] ?? 1) - 1)
      : (middle[axis] ?? 0) - columns * (acrossVoxel[axis] ?? 0) - rows * (downVoxel[axis] ?? 0),
  );
  return {
    originVoxel: origin as unknown as Vec3,
    acrossVoxel,
    downVoxel,
    pixelsPerMm,
    throughAxis,
    letters: {
      left: letters[across]?.[0] ?? '',
      right: letters[across]?.[1] ?? '',
      top: letters[up]?.[1] ?? '',
      bottom: letters[up]?.[0] ?? '',
    },
  };
}

/** The world point under a pixel. */
export function worldFromPixel(grid: SlicedGrid, view: SliceView, x: number, y: number): Vec3 {
  return applyMatrix(grid.worldFromVoxel, along(view, x, y));
}

/** The pixel over a world point, projected onto the pane. */
export function pixelFromWorld(
  grid: SlicedGrid,
  view: SliceView,
  pointMm: Vec3,
): readonly [number, number] {
  const voxel = applyMatrix(invertMatrix(grid.worldFromVoxel), pointMm);
  const project = (step: Vec3) => {
    const axis = step.findIndex((part) => part !== 0);
    return ((voxel[axis] ?? 0) - (view.originVoxel[axis] ?? 0)) / (step[axis] || 1);
  };
  return [project(view.acrossVoxel), project(view.downVoxel)];
}

/** The same pixels in the voxels of another volume. */
export function viewInVolume(
  reference: SlicedGrid,
  view: SliceView,
  volume: SlicedGrid,
): Pick<SliceView, 'originVoxel' | 'acrossVoxel' | 'downVoxel'> {
  const volumeFromReference = multiplyMatrices(
    invertMatrix(volume.worldFromVoxel),
    reference.worldFromVoxel,
  );
  const turn = (step: Vec3): Vec3 => {
    const [a, b, c, , d, e, f, , g, h, i] = volumeFromReference;
    const [x, y, z] = step;
    return [a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z];
  };
  return {
    originVoxel: applyMatrix(volumeFromReference, view.originVoxel),
    acrossVoxel: turn(view.acrossVoxel),
    downVoxel: turn(view.downVoxel),
  };
}

/** The world point at the middle of a grid. */
export function middleMm(grid: SlicedGrid): Vec3 {
  const [nx, ny, nz] = grid.sizeVoxels;
  return applyMatrix(grid.worldFromVoxel, [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2]);
}

function along(view: SliceView, x: number, y: number): Vec3 {
  const part = (axis: 0 | 1 | 2) =>
    view.originVoxel[axis] + x * view.acrossVoxel[axis] + y * view.downVoxel[axis];
  return [part(0), part(1), part(2)];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
