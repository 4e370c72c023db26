import { IconAlertCircle, IconAlertTriangle } from '@tabler/icons-react';
import type { Diagnostic } from '../../runtime/api/engine/diagnostics';
import { useDocument, useEditor } from '../editor-context';

/** One thing that is wrong: where, what, and what to do. Its place brings the node into view. */
export function DiagnosticItem({ diagnostic }: { diagnostic: Diagnostic }) {
  const { views } = useEditor();
  const { nodeId, port, parameter, path } = diagnostic.at;
  const isHere = useDocument((state) => nodeId !== undefined && nodeId in state.document.nodes);
  const place = [nodeId, port ?? parameter].filter(Boolean).join('.') || path;
  const Icon = diagnostic.severity === 'error' ? IconAlertCircle : IconAlertTriangle;
  return (
    <li className="diagnostic" data-severity={diagnostic.severity}>
      <Icon size={16} aria-label={diagnostic.severity} />
      <div>
        <p>
          {place &&
            (isHere && nodeId !== undefined ? (
              <button
                type="button"
                className="weft-link weft-mono"
                onClick={() => views.focusNode(nodeId)}
              >
                {place}
              </button>
            ) : (
              <span className="weft-mono">{place}</span>
            ))}{' '}
          {diagnostic.message}
        </p>
        <p className="diagnostic-remedy">{diagnostic.remedy}</p>
      </div>
    </li>
  );
}
