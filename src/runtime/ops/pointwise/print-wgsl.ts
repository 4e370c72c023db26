import type { Formula, FormulaLayout, Operator, PlanePlace } from '../../ir/formula';
import { type FormulaStep, stepsOf } from './steps';

/**
 * WGSL of a formula for each element, or of its sums over chunks, one workgroup a chunk. Where planes lie in buffers
 * of several, an invocation is an element of a channel, and the channels' chunks come one after another.
 */
export function formulaWgsl(formula: Formula): string {
  const { steps, outputs } = stepsOf(formula);
  const { layout } = formula;
  const isPowered = steps.some(
    (step) => step.kind === 'apply' && step.operator === 'one-minus-pow',
  );
  const lines = steps.map((step, index) => `let v${index} = ${textOf(step, layout)};`);
  const helper = isPowered ? [oneMinusPow] : [];
  if (!formula.sum) {
    return [
      ...helper,
      '@compute @workgroup_size(WORKGROUP)',
      'fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {',
      '  let i = weft_index(gid, groups);',
      ...(layout
        ? [
            '  if (i >= params.count * params.channels) { return; }',
            '  let channel = i / params.count;',
            '  let element = i - channel * params.count;',
          ]
        : ['  if (i >= params.count) { return; }']),
      ...lines.map((line) => `  ${line}`),
      ...outputs.map(
        (output, index) => `  ${elementText('o', index, layout?.outputs)} = v${output};`,
      ),
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
    ...(layout
      ? [
          '  let group_index = group.x + group.y * groups.x;',
          '  let chunks = params.chunks;',
          '  let channel = group_index / chunks;',
          '  if (channel >= params.channels) { return; }',
          '  let chunk = group_index - channel * chunks;',
        ]
      : ['  let group_index = group.x;', '  let chunks = groups.x;', '  let chunk = group.x;']),
    '  let length_chunk = (params.count + chunks - 1u) / chunks;',
    '  let end = min((chunk + 1u) * length_chunk, params.count);',
    '  var sum = 0.0;',
    '  for (var i = chunk * length_chunk + lane; i < end; i += WORKGROUP) {',
    ...(layout ? ['    let element = i;'] : []),
    ...lines.map((line) => `    ${line}`),
    `    sum += v${outputs[0]};`,
    '  }',
    '  let total = workgroup_reduce_sum(lane, sum);',
    '  if (lane == 0u) { o0[params.offset + group_index] = total; }',
    '}',
    '',
  ].join('\n');
}

/** An element of a plane: `p0[i]`, or where it lies in a buffer of several. */
function elementText(
  letter: 'p' | 'o',
  index: number,
  places: readonly PlanePlace[] | undefined,
): string {
  const place = places?.[index];
  if (!place) return `${letter}${index}[i]`;
  const { buffer, plane } = place;
  const first =
    plane === 0 ? '' : `${plane === 'channel' ? plane : `${plane}u`} * params.stride + `;
  return `${letter}${buffer}[${first}element]`;
}

function textOf(step: FormulaStep, layout: FormulaLayout | undefined): string {
  switch (step.kind) {
    case 'number':
      return wgslNumber(step.value);
    case 'constant':
      return `params.k${step.index}`;
    case 'plane':
      return elementText('p', step.index, layout?.planes);
    case 'updated':
      return elementText('o', step.index, layout?.outputs);
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
