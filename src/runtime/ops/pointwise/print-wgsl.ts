import type { Formula, Operator } from '../../ir/formula';
import { type FormulaStep, stepsOf } from './steps';

/** WGSL of a formula for each element, or of its sums over chunks, one workgroup a chunk. */
export function formulaWgsl(formula: Formula): string {
  const { steps, outputs } = stepsOf(formula);
  const isPowered = steps.some(
    (step) => step.kind === 'apply' && step.operator === 'one-minus-pow',
  );
  const lines = steps.map((step, index) => `let v${index} = ${textOf(step)};`);
  const helper = isPowered ? [oneMinusPow] : [];
  if (!formula.sum) {
    return [
      ...helper,
      '@compute @workgroup_size(WORKGROUP)',
      'fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {',
      '  let i = weft_index(gid, groups);',
      '  if (i >= params.count) { return; }',
      ...lines.map((line) => `  ${line}`),
      ...outputs.map((output, index) => `  o${index}[i] = v${output};`),
      '}',
      '',
    ].join('\n');
  }
  return [
    '// uses: workgroup-reduce',
    ...helper,
    '@compute @workgroup_size(WORKGROUP)',
    'fn main(',
    '  @builtin(workgroup_id) group: vec3<u32>,',
    '  @builtin(num_workgroups) groups: vec3<u32>,',
    '  @builtin(local_invocation_index) lane: u32,',
    ') {',
    '  let length_chunk = (params.count + groups.x - 1u) / groups.x;',
    '  let end = min((group.x + 1u) * length_chunk, params.count);',
    '  var sum = 0.0;',
    '  for (var i = group.x * length_chunk + lane; i < end; i += WORKGROUP) {',
    ...lines.map((line) => `    ${line}`),
    `    sum += v${outputs[0]};`,
    '  }',
    '  let total = workgroup_reduce_sum(lane, sum);',
    '  if (lane == 0u) { o0[params.offset + group.x] = total; }',
    '}',
    '',
  ].join('\n');
}

function textOf(step: FormulaStep): string {
  switch (step.kind) {
    case 'number':
      return wgslNumber(step.value);
    case 'constant':
      return `params.k${step.index}`;
    case 'plane':
      return `p${step.index}[i]`;
    case 'updated':
      return `o${step.index}[i]`;
    case 'uniform':
      return `u${step.index}[${step.component}]`;
    case 'apply': {
      const [a, b, c] = step.operands.map((operand) => `v${operand}`);
      return applicationText(step.operator, a, b, c);
    }
  }
}

function applicationText(
  operator: Operator,
  a: string | undefined,
  b: string | undefined,
  c: string | undefined,
): string {
  switch (operator) {
    case 'select':
      return `select(${c}, ${b}, ${a})`;
    case 'neg':
      return `-${a}`;
    // Every value is a float32 here.
    case 'round':
      return `${a}`;
    case 'one-minus-pow':
      return `one_minus_pow(${a}, ${b})`;
    case 'min':
    case 'max':
    case 'pow':
      return `${operator}(${a}, ${b})`;
    case 'abs':
    case 'sqrt':
    case 'exp':
    case 'log':
      return `${operator}(${a})`;
    default:
      return `${a} ${operator} ${b}`;
  }
}

function wgslNumber(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const oneMinusPow = `// 1 − aᵇ without the cancellation of a power close to 1.
fn one_minus_pow(a: f32, b: f32) -> f32 {
  if (a <= 0.0) { return 1.0; }
  let exponent = b * log(a);
  if (exponent > -0.01) { return -exponent * (1.0 + exponent * (0.5 + exponent / 6.0)); }
  return 1.0 - exp(exponent);
}`;
