import { vulkanEnvironment } from './swiftshader';

/** Runs before Vitest starts its test processes, which inherit these variables. */
export function setup(): void {
  Object.assign(process.env, vulkanEnvironment());
}
