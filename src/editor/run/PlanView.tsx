import { formatBytes } from '../canvas/InputBadge';
import { useEditor, useRun } from '../editor-context';

/** What will run: every step with its passes, the bytes they move, and the peak of memory. */
export function PlanView() {
  const { views } = useEditor();
  const plan = useRun((state) => state.plan);
  const hasErrors = useRun((state) =>
    state.compileDiagnostics.some((diagnostic) => diagnostic.severity === 'error'),
  );
  if (plan === undefined) {
    return (
      <div className="panel-empty">
        <p>
          {hasErrors
            ? 'There is no plan: the recipe has problems that come first.'
            : 'The plan appears here as soon as the recipe is complete.'}
        </p>
      </div>
    );
  }
  const passes = plan.steps.reduce((sum, step) => sum + step.passes.length, 0);
  return (
    <div className="plan">
      <p className="metrics-line">
        <b>{plan.steps.length} steps</b>, {passes} passes on the {plan.device.toUpperCase()} device,
        peak memory {formatBytes(plan.peakBytes)}, compiled in{' '}
        {Math.max(1, Math.round(plan.compileMs))} ms. Of a loop, one iteration is shown.
      </p>
      <table>
        <caption className="weft-hidden">Steps of the plan</caption>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Step</th>
            <th scope="col">Passes</th>
            <th scope="col">Moves</th>
            <th scope="col">Operations</th>
          </tr>
        </thead>
        <tbody>
          {plan.steps.map((step, index) => {
            const bytes = step.passes.reduce((sum, pass) => sum + pass.bytes, 0);
            const operations = step.passes.reduce((sum, pass) => sum + pass.operations, 0);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a plan is replaced, never reordered
              <tr key={`${step.nodeId} ${step.label} ${index}`}>
                <th scope="row">
                  <button
                    type="button"
                    className="weft-link weft-mono"
                    onClick={() => views.focusNode(step.nodeId)}
                  >
                    {step.nodeId}
                  </button>
                </th>
                <td>
                  {step.label}
                  {step.maxIterations !== undefined && (
                    <span className="weft-soft"> × {step.maxIterations}</span>
                  )}
                </td>
                <td className="weft-mono" title={kernels(step.passes)}>
                  {step.passes.length}
                </td>
                <td className="weft-mono">{formatBytes(bytes)}</td>
                <td className="weft-mono">{formatCount(operations)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function kernels(passes: readonly { readonly kernel: string }[]): string {
  const counts = new Map<string, number>();
  for (const { kernel } of passes) counts.set(kernel, (counts.get(kernel) ?? 0) + 1);
  return [...counts]
    .map(([kernel, count]) => (count > 1 ? `${kernel} × ${count}` : kernel))
    .join('\n');
}

function formatCount(count: number): string {
  if (count < 1e3) return String(count);
  if (count < 1e6) return `${(count / 1e3).toFixed(0)} k`;
  if (count < 1e9) return `${(count / 1e6).toFixed(0)} M`;
  return `${(count / 1e9).toFixed(1)} G`;
}
