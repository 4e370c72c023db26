import { Badge, Tabs } from '@mantine/core';
import { DiagnosticsList } from '../diagnostics/DiagnosticsList';
import { useDiagnostics, useEditor, useView } from '../editor-context';
import type { RunTab } from '../store/view-store';
import { LossCurves } from './LossCurves';
import { Metrics } from './Metrics';
import { PlanView } from './PlanView';
import { ResultFiles } from './ResultFiles';

/** Curves, metrics, problems, the plan and the files of a run. */
export function RunPanel() {
  const { views } = useEditor();
  const tab = useView((state) => state.runTab);
  const diagnostics = useDiagnostics();
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return (
    <Tabs
      value={tab}
      onChange={(value) => views.set({ runTab: value as RunTab })}
      className="run-panel"
      keepMounted={false}
    >
      <Tabs.List>
        <Tabs.Tab value="curves">Curves</Tabs.Tab>
        <Tabs.Tab value="metrics">Metrics</Tabs.Tab>
        <Tabs.Tab
          value="problems"
          rightSection={
            errors + warnings > 0 ? (
              <Badge size="xs" circle color={errors > 0 ? 'red' : 'yellow'} variant="filled">
                {errors + warnings}
              </Badge>
            ) : null
          }
        >
          Problems
        </Tabs.Tab>
        <Tabs.Tab value="plan">Plan</Tabs.Tab>
        <Tabs.Tab value="files">Files</Tabs.Tab>
      </Tabs.List>
      {/* A panel of text alone is scrolled by keys as well, so each takes the focus. */}
      <Tabs.Panel tabIndex={0} value="curves">
        <LossCurves />
      </Tabs.Panel>
      <Tabs.Panel tabIndex={0} value="metrics">
        <Metrics />
      </Tabs.Panel>
      <Tabs.Panel tabIndex={0} value="problems">
        <DiagnosticsList />
      </Tabs.Panel>
      <Tabs.Panel tabIndex={0} value="plan">
        <PlanView />
      </Tabs.Panel>
      <Tabs.Panel tabIndex={0} value="files">
        <ResultFiles />
      </Tabs.Panel>
    </Tabs>
  );
}
