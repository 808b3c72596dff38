/** Where the tests find TensorFlow's compiled binding. @throws Error where there is none: no test of the engine is ever skipped. */
export const tensorflowBinding = (): string => {
  const path = process.env['ESAM_LAB_TENSORFLOW_BINDING'];
  if (path === undefined) {
    throw new Error('TensorFlow was not found. Install it with "npm run lab -- device --install", then test again.');
  }
  return path;
};
