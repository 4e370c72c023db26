import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { compareRuns } from './compare-runs';
import { type BenchHost, openHost, runWithSoftwareVulkan } from './host';
import { currentLoad, describeMachine } from './machine';
import { type BenchOptions, benchHelp, parseBenchOptions, type SuiteName } from './options';
import { formatSection, type Section } from './report';
import { compile } from './suites/compile';
import { conditioning } from './suites/conditioning';
import { convolution } from './suites/convolution';
import { convolutionGpu } from './suites/convolution-gpu';
import { folding } from './suites/folding';
import { formulas } from './suites/formulas';
import { kernels } from './suites/kernels';
import { memory } from './suites/memory';
import { timedProcesses } from './suites/process';
import { real } from './suites/real';
import { recipes } from './suites/recipes';
import { systems } from './suites/systems';

const suites: Readonly<Record<SuiteName, (host: BenchHost) => Promise<readonly Section[]>>> = {
  kernels,
  formulas,
  recipes,
  compile,
  memory,
  real,
  process: timedProcesses,
  folding,
  conditioning,
  systems,
  convolution,
  'convolution-gpu': convolutionGpu,
};

const args = process.argv.slice(2);
if (args.includes('--help')) {
  process.stdout.write(benchHelp);
} else if (args[0] === 'compare') {
  for (const section of compareRuns(args.slice(1))) process.stdout.write(formatSection(section));
} else {
  const options = parseBenchOptions(args);
  const status = options.device === 'gpu' ? runWithSoftwareVulkan() : undefined;
  // Threads and graphics would keep the process alive.
  process.exit(status ?? (await run(options)));
}

/** Runs the suites that were asked for; 1 where an answer was wrong. */
async function run(options: BenchOptions): Promise<number> {
  const machine = describeMachine();
  const host = await openHost(options);
  const opened = await host.openDevice();
  const device = opened.name;
  opened.destroy();
  process.stdout.write(
    `${machine.processor}, ${machine.processors} processors, Node ${machine.node}\n` +
      `${device}; load average ${machine.loadAverage.join(' ')}; commit ${machine.commit}\n`,
  );
  const results: Record<string, unknown> = {};
  let wrong = 0;
  for (const name of options.suites) {
    const sections = await suites[name](host);
    for (const section of sections) {
      process.stdout.write(formatSection(section));
      wrong += section.failures?.length ?? 0;
    }
    results[name] = {
      loadAverageAfter: currentLoad(),
      sections: sections.map(({ title, data, failures = [] }) => ({ title, failures, data })),
    };
  }
  if (options.jsonPath !== undefined) {
    mkdirSync(dirname(options.jsonPath), { recursive: true });
    const { suites: _, jsonPath: __, ...settings } = options;
    const record = { machine, device, threads: host.threads, settings, results };
    writeFileSync(options.jsonPath, `${JSON.stringify(record, undefined, 2)}\n`);
  }
  return wrong === 0 ? 0 : 1;
}
