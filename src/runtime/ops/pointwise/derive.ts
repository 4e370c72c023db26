import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import { applied, minus, operandsOf, over, plus, times } from './expression';

/**
 * The derivative of an expression with respect to one of its names, as an expression. Where it jumps
 * (`min`, `max`, `abs`, `select`) it is that of the side on which the value lies; at the corner itself
 * that of the second operand, and 0 for `abs`.
 */
export function derivativeOf(expression: Expression, leaf: string): Expression {
  if (typeof expression === 'number') return 0;
  if (typeof expression === 'string') return expression === leaf ? 1 : 0;
  const [operator] = expression;
  const operands = operandsOf(expression);
  if (operator === 'select') {
    const [condition, then, otherwise] = operands as readonly [Expression, Expression, Expression];
    return chosen(condition, derivativeOf(then, leaf), derivativeOf(otherwise, leaf));
  }
  const [a, b] = operands as readonly [Expression, Expression];
  const da = derivativeOf(a, leaf);
  const db = operands.length > 1 ? derivativeOf(b, leaf) : 0;
  if (da === 0 && db === 0) return 0;
  switch (operator) {
    case '+':
      return plus(da, db);
    case '-':
      return minus(da, db);
    case '*':
      return plus(times(da, b), times(a, db));
    case '/':
      // (a/b)′ = (a′ − (a/b)·b′) / b
      return over(minus(da, times(expression, db)), b);
    case 'min':
      return chosen(['<', a, b], da, db);
    case 'max':
      return chosen(['<', b, a], da, db);
    case 'neg':
      return applied('neg', [da]);
    case 'abs':
      return times(chosen(['<', 0, a], 1, chosen(['<', a, 0], -1, 0)), da);
    case 'sqrt':
      return over(times(0.5, da), expression);
    case 'exp':
      return times(expression, da);
    case 'log':
      return over(da, a);
    case 'round':
      return da;
    case 'pow':
      return powerDerivative(a, b, da, db);
    case 'one-minus-pow':
      return applied('neg', [powerDerivative(a, b, da, db)]);
    default:
  }
  throw new InternalError(`"${operator}" has no derivative here.`);
}

/** (aᵇ)′ = b·aᵇ⁻¹·a′ + aᵇ·log a·b′ */
function powerDerivative(a: Expression, b: Expression, da: Expression, db: Expression): Expression {
  const byBase = times(times(b, applied('pow', [a, minus(b, 1)])), da);
  const byExponent = times(times(applied('pow', [a, b]), applied('log', [a])), db);
  return plus(byBase, byExponent);
}

function chosen(condition: Expression, then: Expression, otherwise: Expression): Expression {
  return applied('select', [condition, then, otherwise]);
}
