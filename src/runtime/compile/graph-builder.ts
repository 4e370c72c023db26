import type { Grid } from '../../imaging/grid';
import type { Builder, LoopOptions, OpMethods } from '../api/nodes/builder';
import type { LoweringProblem } from '../api/nodes/lowering-problem';
import { InternalError, onBehalfOf } from '../internal-error';
import {
  type Attributes,
  type Constant,
  type Dial,
  type GraphInput,
  gradientOpName,
  loopOpName,
  type Op,
  type OpGraph,
} from '../ir/op-graph';
import { sameType, scalarsType, type ValueId, type ValueType } from '../ir/values';
import type { OpAppender } from '../ops/define-op';
import { type OpRegistry, opRegistry } from '../ops/index';
import { GridTable } from './grid-table';
import type { ResultCheck } from './result-checks';
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
  readonly #constantOf = new Map<string, ValueId>();
  /** Innermost list last; ops are appended to it. */
  readonly #scopes: Op[][] = [[]];
  readonly builder: Builder;
  #opCount = 0;
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
    const outputTypes: Readonly<Record<string, ValueType>> = onBehalfOf(this.origin, () =>
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
      return onBehalfOf(nodeId, work);
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

  loop(options: LoopOptions): readonly ValueId[] {
    this.#countOp();
    const carried = options.carried.map((value) => this.newValue(this.typeOf(value)));
    const iteration = this.newValue(scalarsType(1));
    let body: ReturnType<LoopOptions['body']> | undefined;
    const ops = this.collect(() => {
      body = options.body(carried, iteration);
    });
    if (!body) throw new InternalError('A loop has no body.');
    const { next, losses, preview } = body;
    const fits =
      next.length === carried.length &&
      next.every((value, i) => sameType(this.typeOf(value), this.typeOf(carried[i] as ValueId)));
    if (!fits) {
      throw new InternalError(
        `Loop "${options.label}": what it carries on is not what it carries.`,
      );
    }
    const results = carried.map((value) => this.newValue(this.typeOf(value)));
    this.append({
      op: loopOpName,
      inputs: Object.fromEntries(options.carried.map((value, i) => [`carried${i}`, value])),
      outputs: Object.fromEntries(results.map((value, i) => [`result${i}`, value])),
      attributes: {},
      origin: this.origin,
      region: {
        label: options.label,
        carried,
        iteration,
        ops,
        next,
        losses,
        ...(preview === undefined ? {} : { preview }),
        stop: options.stop,
      },
    });
    return results;
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
      gradient: (loss: ValueId, wrt: readonly ValueId[]) => this.gradient(loss, wrt),
      onBehalfOf: <Result>(nodeId: string, work: () => Result) => this.onBehalfOf(nodeId, work),
      loop: (options: LoopOptions) => this.loop(options),
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
