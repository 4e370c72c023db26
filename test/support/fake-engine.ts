import type { Vec3 } from '../../src/imaging/frames';
import { headPhantom } from '../../src/imaging/phantoms/head';
import { parseDocument } from '../../src/pipeline/parse-document';
import type {
  EngineApi,
  OutputHandle,
  RunProgress,
  RunResult,
  VolumeData,
} from '../../src/runtime/api/engine/engine-api';
import { imageShape, labelsShape } from './input-shapes';

/** How a fake engine behaves. */
export interface FakeEngineOptions {
  /** Milliseconds between two messages of progress. */
  readonly tickMs?: number;
  readonly hasGpu?: boolean;
  readonly iterations?: number;
  /** Coarse heads are made in no time. */
  readonly spacingMm?: Vec3;
}

/**
 * An engine for tests of the editor: real phantoms, but a run that only fades the moving image into
 * the fixed one. It keeps to the contract of EngineApi, so that what the editor makes of it is real.
 */
export function createFakeEngine(options: FakeEngineOptions = {}): EngineApi {
  const { tickMs = 0, hasGpu = true, iterations = 20, spacingMm } = options;
  const volumes = new Map<string, VolumeData>();
  const cancelled = new Set<string>();
  const turned: RunResult['turned'][number][] = [];
  const pause = () => new Promise((resolve) => setTimeout(resolve, tickMs));
  let handles = 0;

  const keep = (volume: VolumeData) => {
    handles += 1;
    const handle = `volume-${handles}`;
    volumes.set(handle, volume);
    return handle;
  };

  return {
    describe: async () => ({
      devices: [
        ...(hasGpu ? [{ kind: 'gpu' as const, name: 'Fake GPU' }] : []),
        { kind: 'cpu', name: 'CPU, 2 threads' },
      ],
      missing: hasGpu ? [] : [{ kind: 'gpu', because: 'this browser has no navigator.gpu' }],
      threads: 2,
    }),
    async openInput({ nodeId, source, bytes }) {
      if (source.kind !== 'phantom' && bytes === undefined) throw new Error('No bytes were given.');
      if (bytes?.length === 0) {
        return {
          ok: false,
          diagnostics: [
            {
              severity: 'error',
              code: 'input-problem',
              at: { nodeId, parameter: 'source' },
              message: 'The file is empty.',
              remedy: 'Choose another file.',
            },
          ],
        };
      }
      await pause();
      const phantom = headPhantom({
        dimensions: source.kind === 'phantom' && source.name === 'head-3d' ? 3 : 2,
        seed: source.kind === 'phantom' ? source.seed : 1,
        subject: source.kind === 'phantom' ? source.subject : 1,
        contrast: source.kind === 'phantom' ? source.contrast : 't1',
        ...(spacingMm && { spacingMm }),
      });
      const volume = source.as === 'image' ? phantom.image : phantom.labels;
      const { grid, values } = volume;
      const handle = keep({ ...grid, channels: 1, values: Float32Array.from(values) });
      return {
        ok: true,
        handle,
        descriptor: volume.kind === 'image' ? imageShape(grid) : labelsShape(grid, volume.ids),
        sha256: 'a'.repeat(64),
        warnings: [],
      };
    },
    async compile({ documentText }) {
      const parsed = parseDocument(documentText);
      const steps = parsed.ok
        ? Object.keys(parsed.document.nodes).map((nodeId) => ({
            nodeId,
            label: nodeId,
            kind: 'program' as const,
            passes: [{ kernel: 'sample', bytes: 400_000, operations: 2_000_000 }],
          }))
        : [];
      return {
        diagnostics: [],
        plan: { device: 'cpu', peakBytes: 79e6, compileMs: 12, steps },
      };
    },
    async run({ runId, documentText, bindings }, onProgress) {
      const parsed = parseDocument(documentText);
      if (!parsed.ok) throw new Error('The document does not parse.');
      const nodeIds = Object.keys(parsed.document.nodes);
      const registerId = nodeIds.findLast((id) => parsed.document.nodes[id]?.type === 'register');
      const [fixed, moving] = Object.values(bindings).map((handle) => volumes.get(handle));
      const outputs: OutputHandle[] = [];
      const fields = ['displacement', 'inverse-displacement'] as const;
      onProgress({
        runId,
        nodes: nodeIds.map((nodeId) => ({ nodeId, state: 'waiting' })),
        losses: [],
      });
      const blend = (part: number): VolumeData => ({
        sizeVoxels: fixed?.sizeVoxels ?? [1, 1, 1],
        worldFromVoxel: fixed?.worldFromVoxel ?? [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
        channels: 1,
        values: (fixed?.values ?? new Float32Array(1)).map(
          (value, index) => part * value + (1 - part) * (moving?.values[index] ?? 0),
        ),
      });
      for (const nodeId of nodeIds) {
        if (cancelled.has(runId)) break;
        if (nodeId === registerId) {
          await fakeLoop(nodeId);
          const handle = keep(blend(0.95));
          outputs.push({ nodeId, port: 'warped', kind: 'image', handle });
          outputs.push({ nodeId, port: 'transform', kind: 'transform', handle, fields });
        }
        const state = cancelled.has(runId) ? 'cancelled' : 'done';
        onProgress({ runId, nodes: [{ nodeId, state, seconds: 0.02 }], losses: [] });
      }
      return {
        status: cancelled.has(runId) ? 'cancelled' : 'done',
        diagnostics: [],
        device: 'gpu',
        deviceName: 'Fake GPU',
        metrics: { 'dice.mean': 0.81, ncc: 0.987 },
        seconds: { total: 1.2, nodes: Object.fromEntries(nodeIds.map((nodeId) => [nodeId, 0.02])) },
        peakBytes: 79e6,
        levels: registerId
          ? [
              {
                nodeId: registerId,
                label: 'level 1 of 1',
                iterations,
                maxIterations: iterations,
                outcome: 'cap',
                finalLoss: -0.9,
              },
            ]
          : [],
        converged: false,
        outputs,
        turned,
      };

      async function fakeLoop(nodeId: string): Promise<void> {
        for (let iteration = 1; iteration <= iterations; iteration += 1) {
          if (cancelled.has(runId)) return;
          await pause();
          const loss = -0.9 + 0.7 * Math.exp(-iteration / 6);
          const progress: RunProgress = {
            runId,
            nodes: [
              {
                nodeId,
                state: 'running',
                loop: { label: 'level 1 of 1', iteration, maxIterations: iterations },
              },
            ],
            losses: [
              {
                nodeId,
                label: 'level 1 of 1',
                names: ['total', 'lncc', 'diffusion'],
                firstIteration: iteration - 1,
                rows: [[loss, loss - 0.01, 0.01 + 0.0005 * iteration]],
              },
            ],
            ...(iteration % 4 === 0
              ? { preview: { ...blend(iteration / iterations), nodeId } }
              : {}),
            secondsLeft: ((iterations - iteration) * tickMs) / 1000,
          };
          onProgress(progress);
        }
      }
    },
    cancel: async (runId) => {
      cancelled.add(runId);
    },
    turn: async (_, nodeId, parameter, value) => {
      const from = { label: 'level 1 of 1', atIteration: 1 };
      turned.push({ nodeId, parameter, value, ...from });
      return { ok: true, ...from };
    },
    async read(request) {
      const volume = volumes.get(request.handle);
      if (volume === undefined) return { kind: 'missing', diagnostics: [] };
      if (request.as === 'volume') return { kind: 'volume', volume };
      return { kind: 'file', bytes: new Uint8Array(8) };
    },
    release: async (gone) => {
      for (const handle of gone) volumes.delete(handle);
    },
  };
}
