import affine from './affine.wgsl?raw';
import affineFrame from './affine-frame.wgsl?raw';
import affineFrameCotangent from './affine-frame-cotangent.wgsl?raw';
import displacementWindow from './displacement-window.wgsl?raw';
import evolution from './evolution.wgsl?raw';
import imageVaries from './image-varies.wgsl?raw';
import inside from './inside.wgsl?raw';
import jointTable from './joint-table.wgsl?raw';
import type { WgslModule } from './linker';
import localCorrelation from './local-correlation.wgsl?raw';
import nearest from './nearest.wgsl?raw';
import parzen from './parzen.wgsl?raw';
import pointMap from './point-map.wgsl?raw';
import random from './random.wgsl?raw';
import ray from './ray.wgsl?raw';
import samplePoint from './sample-point.wgsl?raw';
import splatLevels from './splat-levels.wgsl?raw';
import stencil from './stencil.wgsl?raw';
import trilinear from './trilinear.wgsl?raw';
import voxelIndex from './voxel-index.wgsl?raw';
import windowCount from './window-count.wgsl?raw';
import workgroupReduce from './workgroup-reduce.wgsl?raw';

/** WGSL that several kernels share. A kernel names what it uses in its first line. */
export const wgslModules: readonly WgslModule[] = [
  { name: 'affine', source: affine },
  { name: 'affine-frame', source: affineFrame },
  { name: 'affine-frame-cotangent', source: affineFrameCotangent },
  { name: 'displacement-window', source: displacementWindow },
  { name: 'evolution', source: evolution },
  { name: 'image-varies', source: imageVaries },
  { name: 'inside', source: inside },
  { name: 'joint-table', source: jointTable },
  { name: 'local-correlation', source: localCorrelation },
  { name: 'nearest', source: nearest },
  { name: 'parzen', source: parzen },
  { name: 'point-map', source: pointMap },
  { name: 'random', source: random },
  { name: 'ray', source: ray },
  { name: 'sample-point', source: samplePoint },
  { name: 'splat-levels', source: splatLevels },
  { name: 'stencil', source: stencil },
  { name: 'trilinear', source: trilinear },
  { name: 'voxel-index', source: voxelIndex },
  { name: 'window-count', source: windowCount },
  { name: 'workgroup-reduce', source: workgroupReduce },
];
