import { useEffect, useRef } from 'react';
import type { PipelineDocument } from '../../pipeline/schema';
import type { VolumeData } from '../../runtime/api/engine/engine-api';
import type { SourceRequest } from '../../runtime/api/engine/inputs';
import { useEditor } from '../editor-context';
import { loaderSources } from '../run/input-sources';
import { greyWindow, paintColours } from '../viewer/paint-slice';
import { sampleSlice } from '../viewer/sample-slice';
import { middleMm, sliceView, viewInVolume } from '../viewer/slice-geometry';
import { measureRange } from '../viewer/volume-range';

const pixels = 168;

/**
 * The pair that a recipe starts from, one over the other: green where only the fixed head is,
 * magenta where only the moving one is. Drawn from the flat phantom, which is quick to make.
 */
export function SamplePicture({ document }: { document: PipelineDocument }) {
  const { controller, volumes, registry } = useEditor();
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    let isGone = false;
    const sources = loaderSources(document, registry).flatMap(({ source }) => flatSource(source));
    const [first, second] = sources;
    if (first === undefined || second === undefined) return;
    const read = async (source: SourceRequest): Promise<VolumeData | undefined> => {
      const handle = await controller.inputs.openAside(source);
      return handle === undefined ? undefined : volumes.load(handle);
    };
    void (async () => {
      const fixed = await read(first);
      const moving = await read(second);
      const context = canvas.current?.getContext('2d');
      if (isGone || !context || !fixed || !moving) return;
      paintPair(context, fixed, moving);
      canvas.current?.setAttribute('data-drawn', 'true');
    })().catch(() => {
      // A card without its picture still opens its recipe.
    });
    return () => {
      isGone = true;
    };
  }, [document, controller, volumes, registry]);

  return <canvas ref={canvas} width={pixels} height={pixels} className="sample-picture" />;
}

function flatSource(source: SourceRequest): readonly SourceRequest[] {
  return source.kind === 'phantom' && source.as === 'image' ? [{ ...source, name: 'head-2d' }] : [];
}

function paintPair(context: CanvasRenderingContext2D, fixed: VolumeData, moving: VolumeData): void {
  const view = sliceView(fixed, 'axial', middleMm(fixed), {
    widthPixels: pixels,
    heightPixels: pixels,
    zoom: 1,
    panMm: [0, 0],
  });
  const sample = (volume: VolumeData) => {
    const slice = new Float32Array(pixels * pixels);
    sampleSlice(volume, viewInVolume(fixed, view, volume), pixels, pixels, true, slice);
    return [slice, greyWindow(measureRange(volume), 1, 0)] as const;
  };
  const image = context.createImageData(pixels, pixels);
  paintColours(...sample(fixed), ...sample(moving), 0.5, image.data);
  context.putImageData(image, 0, 0);
}
