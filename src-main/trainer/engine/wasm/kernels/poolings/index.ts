export { runTask } from './pool';
