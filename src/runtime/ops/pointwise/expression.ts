import { InternalError } from '../../internal-error';
import { type Expression, type Operator, operatorArity } from '../../ir/formula';

/** A name in an expression: the input and, where one is named, its channel or number. */
export interface Reference {
  readonly name: string;
  readonly component: number | undefined;
}

/** What a name of an expression, `name` or `name.2`, refers to. */
export function referenceOf(leaf: string): Reference {
  const dot = leaf.indexOf('.');
  return dot < 0
    ? { name: leaf, component: undefined }
    : { name: leaf.slice(0, dot), component: Number(leaf.slice(dot + 1)) };
}

/** The names of an expression, each once, in order of appearance. */
export function leavesOf(expression: Expression): readonly string[] {
  const found = new Set<string>();
  const visit = (one: Expression): void => {
    if (typeof one === 'string') found.add(one);
    else if (typeof one !== 'number') for (const operand of operandsOf(one)) visit(operand);
  };
  visit(expression);
  return [...found];
}

/** The operands of an operator's application. */
export function operandsOf(application: readonly [Operator, ...Expression[]]) {
  return application.slice(1) as readonly Expression[];
}

/** An expression in which every name is replaced by what `of` gives for it, simplified anew. */
export function substituteLeaves(
  expression: Expression,
  of: (leaf: string) => Expression,
): Expression {
  if (typeof expression === 'number') return expression;
  if (typeof expression === 'string') return of(expression);
  const operands = operandsOf(expression).map((operand) => substituteLeaves(operand, of));
  return applied(expression[0], operands);
}

/**
 * Checks that operators have their operands and that conditions stand where they belong.
 * @throws InternalError
 */
export function requireExpression(expression: Expression): void {
  if (typeof expression === 'string') return;
  if (typeof expression === 'number') {
    if (!Number.isFinite(expression)) throw new InternalError(`${expression} is no constant.`);
    return;
  }
  const [operator] = expression;
  const operands = operandsOf(expression);
  if (operands.length !== operatorArity[operator]) {
    throw new InternalError(`"${operator}" does not take ${operands.length} operands.`);
  }
  operands.forEach((operand, index) => {
    const wantsCondition = operator === 'select' && index === 0;
    if (isCondition(operand) !== wantsCondition) {
      throw new InternalError('A comparison stands where, and only where, select decides by it.');
    }
    requireExpression(operand);
  });
}

function isCondition(expression: Expression): boolean {
  return typeof expression === 'object' && (expression[0] === '<' || expression[0] === '<=');
}

const isNumber = (expression: Expression | undefined, value: number): boolean =>
  expression === value;

/** a + b */
export function plus(a: Expression, b: Expression): Expression {
  if (isNumber(a, 0)) return b;
  if (isNumber(b, 0)) return a;
  return applied('+', [a, b]);
}

/** a − b */
export function minus(a: Expression, b: Expression): Expression {
  return applied('-', [a, b]);
}

/** a · b */
export function times(a: Expression, b: Expression): Expression {
  return applied('*', [a, b]);
}

/** a / b */
export function over(a: Expression, b: Expression): Expression {
  return applied('/', [a, b]);
}

/** a² */
export function square(a: Expression): Expression {
  return times(a, a);
}

/** The sum of a list, from the left; 0 of none. */
export function sumOf(terms: readonly Expression[]): Expression {
  return terms.reduce<Expression>((sum, term) => plus(sum, term), 0);
}

/** a within [low, high] */
export function clamped(a: Expression, low: Expression, high: Expression): Expression {
  return ['min', ['max', a, low], high];
}

/**
 * An operator on its operands, without what changes nothing: sums with 0, products with 0 and 1. Numbers
 * are put together. No other rewriting, so that the order of rounding is the one that was written.
 */
export function applied(operator: Operator, operands: readonly Expression[]): Expression {
  const [a, b] = operands as readonly [Expression, Expression];
  switch (operator) {
    case '+':
      if (isNumber(a, 0)) return b;
      if (isNumber(b, 0)) return a;
      if (typeof a === 'number' && typeof b === 'number') return a + b;
      break;
    case '-':
      if (isNumber(b, 0)) return a;
      if (isNumber(a, 0)) return applied('neg', [b]);
      if (typeof a === 'number' && typeof b === 'number') return a - b;
      break;
    case '*':
      if (isNumber(a, 0) || isNumber(b, 0)) return 0;
      if (isNumber(a, 1)) return b;
      if (isNumber(b, 1)) return a;
      if (isNumber(a, -1)) return applied('neg', [b]);
      if (typeof a === 'number' && typeof b === 'number') return a * b;
      break;
    case '/':
      if (isNumber(a, 0)) return 0;
      if (isNumber(b, 1)) return a;
      if (typeof a === 'number' && typeof b === 'number') return a / b;
      break;
    case 'neg':
      if (typeof a === 'number') return 0 - a;
      if (typeof a === 'object' && a[0] === 'neg') return a[1] as Expression;
      break;
    case 'pow':
      if (isNumber(b, 0)) return 1;
      if (isNumber(b, 1)) return a;
      if (isNumber(b, 2)) return ['*', a, a];
      if (isNumber(b, 0.5)) return ['sqrt', a];
      break;
    case 'select':
      if (JSON.stringify(operands[1]) === JSON.stringify(operands[2])) {
        return operands[1] as Expression;
      }
      break;
    case 'round':
      if (typeof a === 'object' && a[0] === 'round') return a;
      break;
    default:
  }
  return [operator, ...operands];
}
