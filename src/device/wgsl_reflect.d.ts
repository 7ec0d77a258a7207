// The package's bare name does not load in Node (its `main` is CommonJS inside a module package); the deep path does.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect'
}
