export { close, run, serve } from './pool';
