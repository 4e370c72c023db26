export { gaussian } from './stencil';
