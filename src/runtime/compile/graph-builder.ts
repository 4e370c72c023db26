import type { Grid } from '../../imaging/grid';
import type { Builder, LoopOptions, OpMethods, RepeatOptions } from '../api/nodes/builder';
import type { Judge, LoweringProblem } from '../api/nodes/lowering-problem';
import { InternalError, withFaultsAt } from '../internal-error';
import {
  type Attributes,
  type Constant,
  type Dial,
  type GraphInput,
  gradientOpName,
  type LoopRegion,
  loopOpName,
  type Op,
  type OpGraph,
  repeatOpName,
} from '../ir/op-graph';
import { scalarsType, type ValueId, type ValueType } from '../ir/values';
import type { OpAppender } from '../ops/define-op';
import { type OpRegistry, opRegistry } from '../ops/index';
import { appendRegion, type RegionEnds } from './build-region';
import { GridTable } from './grid-table';
import type { ResultCheck } from './result-checks';
import type { ResultWarning } from './result-warnings';
import { mostOps, TooManyOps } from './too-many-ops';
import { opCount } from './traverse';

/**
 * Builds an op graph. The one place where ops are appended: nodes through the typed methods of
 * `builder`, adjoints and fusion rules through `op`.
 */
export class GraphBuilder implements OpAppender {
  readonly #registry: OpRegistry;
  readonly #grids = new GridTable();
  readonly #types: ValueType[];
  readonly #inputs: GraphInput[] = [];
  readonly #dials: Dial[] = [];
  readonly #constants: Constant[] = [];
  readonly #checks: ResultCheck[] = [];
  readonly #warnings: ResultWarning[] = [];
  readonly #constantOf = new Map<string, ValueId>();
  /** Innermost list last; ops are appended to it. */
  readonly #scopes: Op[][] = [[]];
  readonly builder: Builder;
  #opCount = 0;
  /** Loops whose bodies are being built. */
  #loopsAround = 0;
  /** Node for which `origin` builds, where a part is asked on behalf of its own node. */
  #asking: string | undefined;
  /** Node on whose behalf ops are appended now. */
  origin = '';

  /** Continues the value table of `base` where one is given: its inputs, dials and constants stay. */
  constructor(base?: OpGraph, registry: OpRegistry = opRegistry) {
    this.#registry = registry;
    this.#types = base ? base.types.map((type) => this.#grids.type(type)) : [];
    if (base) {
      this.#opCount = opCount(base.ops);
      this.#inputs.push(...base.inputs);
      this.#dials.push(...base.dials);
      this.#constants.push(...base.constants);
      for (const { value, numbers } of base.constants) {
        this.#constantOf.set(numbers.join(), value);
      }
    }
    this.builder = this.#typedMethods();
  }

  typeOf(value: ValueId): ValueType {
    const type = this.#types[value];
    if (!type) throw new InternalError(`Value %${value} is not defined.`);
    return type;
  }

  /** The grid by which the program knows this one: itself, or one that is the same but for rounding. */
  gridOf(grid: Grid): Grid {
    return this.#grids.grid(grid);
  }

  newValue(type: ValueType): ValueId {
    this.#types.push(this.#grids.type(type));
    return (this.#types.length - 1) as ValueId;
  }

  input(key: string, type: ValueType): ValueId {
    const known = this.#inputs.find((input) => input.key === key);
    if (known) return known.value;
    const value = this.newValue(type);
    this.#inputs.push({ value, key });
    return value;
  }

  dial(parameter: string, initial: number): ValueId {
    const known = this.#dials.find((d) => d.nodeId === this.origin && d.parameter === parameter);
    if (known) return known.value;
    const value = this.newValue(scalarsType(1));
    this.#dials.push({ value, nodeId: this.origin, parameter, initial });
    return value;
  }

  constant(numbers: readonly number[]): ValueId {
    const key = numbers.join();
    const known = this.#constantOf.get(key);
    if (known !== undefined) return known;
    const value = this.newValue(scalarsType(numbers.length));
    this.#constants.push({ value, numbers: [...numbers] });
    this.#constantOf.set(key, value);
    return value;
  }

  check(value: ValueId, problem: LoweringProblem): void {
    if (this.#scopes.length > 1)
      throw new InternalError('A check is made after loops, not in one.');
    this.#checks.push({ value, nodeId: this.origin, problem });
  }

  warn(values: readonly ValueId[], judge: Judge): void {
    if (this.#scopes.length > 1)
      throw new InternalError('A warning is made after loops, not in one.');
    this.#warnings.push({ values, nodeId: this.origin, judge });
  }

  /** What may be said against results; their values must be among those of the program. */
  get warnings(): readonly ResultWarning[] {
    return this.#warnings;
  }

  /** What is to be looked at once the program has run; their values must be among its results. */
  get checks(): readonly ResultCheck[] {
    return this.#checks;
  }

  /**
   * Applies an op and returns its outputs by name.
   * @throws TooManyOps; InternalError where the caller is at fault
   */
  op(
    name: string,
    inputs: Readonly<Record<string, ValueId | undefined>>,
    attributes: Attributes = {},
  ): Readonly<Record<string, ValueId>> {
    this.#countOp();
    const definition = this.#registry.get(name);
    if (!definition) throw new InternalError(`There is no op "${name}".`);
    const present: Record<string, ValueId> = {};
    const types: Record<string, ValueType> = {};
    for (const [input, spec] of Object.entries(definition.inputs)) {
      const value = inputs[input];
      if (value === undefined) {
        if (!spec.endsWith('?')) throw new InternalError(`${name}: input "${input}" is missing.`);
        continue;
      }
      const type = this.typeOf(value);
      const wanted = spec.replace('?', '');
      if (wanted !== 'any' && wanted !== type.kind) {
        throw new InternalError(`${name}: input "${input}" is ${type.kind}, not ${wanted}.`);
      }
      present[input] = value;
      types[input] = type;
    }
    const outputTypes: Readonly<Record<string, ValueType>> = withFaultsAt(this.origin, () =>
      definition.infer(types, attributes),
    );
    const outputs: Record<string, ValueId> = {};
    for (const output of definition.outputs) {
      const type = outputTypes[output];
      if (!type) throw new InternalError(`${name}: no type for output "${output}".`);
      outputs[output] = this.newValue(type);
    }
    this.append({ op: name, inputs: present, outputs, attributes, origin: this.origin });
    return outputs;
  }

  /** Appends an op whose outputs exist already, as passes do when they copy a graph. */
  append(op: Op): void {
    this.#scopes[this.#scopes.length - 1]?.push(op);
  }

  /** Runs `body` with an op list of its own and returns that list. */
  collect(body: () => void): readonly Op[] {
    const ops: Op[] = [];
    this.#scopes.push(ops);
    try {
      body();
    } finally {
      this.#scopes.pop();
    }
    return ops;
  }

  /** What `work` gives, with the ops it appends being those of another node. */
  onBehalfOf<Result>(nodeId: string, work: () => Result): Result {
    const before = { origin: this.origin, asking: this.#asking };
    this.#asking ??= this.origin;
    this.origin = nodeId;
    try {
      return withFaultsAt(nodeId, work);
    } finally {
      this.origin = before.origin;
      this.#asking = before.asking;
    }
  }

  gradient(loss: ValueId, wrt: readonly ValueId[]): readonly ValueId[] {
    this.#countOp();
    const inputs: Record<string, ValueId> = { loss };
    const outputs: Record<string, ValueId> = {};
    const gradients = wrt.map((value, index) => {
      const gradient = this.newValue(this.typeOf(value));
      inputs[`wrt${index}`] = value;
      outputs[`wrt${index}`] = gradient;
      return gradient;
    });
    this.append({ op: gradientOpName, inputs, outputs, attributes: {}, origin: this.origin });
    return gradients;
  }

  /** @throws InternalError within another loop: where one ends early, the other would not know when. */
  loop({ label, carried, stop, body }: LoopOptions): readonly ValueId[] {
    if (this.#loopsAround > 0) {
      throw new InternalError(
        `Loop "${label}" may end early and is within a loop: repeat it a known number of times.`,
      );
    }
    return this.#region(loopOpName, { label, stop }, carried, body);
  }

  /** @throws InternalError where it would not run at all */
  repeat({ label, count, carried, body }: RepeatOptions): readonly ValueId[] {
    if (!Number.isInteger(count) || count < 1) {
      throw new InternalError(`"${label}" cannot be repeated ${count} times.`);
    }
    const stop = { maxIterations: count, when: [] };
    return this.#region(repeatOpName, { label, stop }, carried, (...now) => ({
      next: body(...now),
      losses: [],
    }));
  }

  #region(
    op: string,
    how: Pick<LoopRegion, 'label' | 'stop'>,
    carried: readonly ValueId[],
    body: (carried: readonly ValueId[], iteration: ValueId) => RegionEnds,
  ): readonly ValueId[] {
    this.#countOp();
    this.#loopsAround += 1;
    try {
      return appendRegion(this, op, how, carried, body);
    } finally {
      this.#loopsAround -= 1;
    }
  }

  /** The finished graph. */
  finish(results: readonly ValueId[]): OpGraph {
    return {
      types: this.#types,
      inputs: this.#inputs,
      dials: this.#dials,
      constants: this.#constants,
      ops: this.#scopes[0] ?? [],
      results,
    };
  }

  #countOp(): void {
    this.#opCount += 1;
    if (this.#opCount > mostOps) throw new TooManyOps(this.#asking ?? this.origin);
  }

  #typedMethods(): Builder {
    const methods: Record<string, unknown> = {
      typeOf: (value: ValueId) => this.typeOf(value),
      constant: (numbers: readonly number[]) => this.constant(numbers),
      dial: (parameter: string, initial: number) => this.dial(parameter, initial),
      check: (scalars: ValueId, problem: LoweringProblem) => this.check(scalars, problem),
      warn: (scalars: readonly ValueId[], judge: Judge) => this.warn(scalars, judge),
      gradient: (loss: ValueId, wrt: readonly ValueId[]) => this.gradient(loss, wrt),
      onBehalfOf: <Result>(nodeId: string, work: () => Result) => this.onBehalfOf(nodeId, work),
      loop: (options: LoopOptions) => this.loop(options),
      repeat: (options: RepeatOptions) => this.repeat(options),
    };
    for (const [name, definition] of this.#registry) {
      const [first, second] = definition.outputs;
      methods[name] = (inputs: Record<string, ValueId | undefined>, attributes?: Attributes) => {
        const outputs = this.op(name, inputs, attributes);
        return second === undefined && first !== undefined ? outputs[first] : outputs;
      };
    }
    // The methods are made from the same list as the type.
    return methods as unknown as OpMethods & Builder;
  }
}
