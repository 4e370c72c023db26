import { IconCircleCheck } from '@tabler/icons-react';
import { useDiagnostics } from '../editor-context';
import { DiagnosticItem } from './DiagnosticItem';

/** Everything that is wrong or doubtful, errors first. */
export function DiagnosticsList() {
  const found = useDiagnostics().toSorted(
    (a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'),
  );
  if (found.length === 0) {
    return (
      <div className="panel-empty">
        <IconCircleCheck size={22} aria-hidden="true" />
        <p>Nothing is wrong with this recipe.</p>
      </div>
    );
  }
  return (
    <ul className="diagnostics">
      {found.map((diagnostic) => (
        <DiagnosticItem
          key={JSON.stringify([diagnostic.code, diagnostic.at, diagnostic.message])}
          diagnostic={diagnostic}
        />
      ))}
    </ul>
  );
}
