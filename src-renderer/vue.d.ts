/** For tools that read TypeScript without vue-tsc; vue-tsc itself sees each component's own type. */
declare module '*.vue' {
  import type { Component } from 'vue';
  const component: Component;
  export default component;
}
