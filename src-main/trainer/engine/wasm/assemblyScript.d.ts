/** A type of AssemblyScript, for the files of kernels/ that are TypeScript too. */
type i32 = number;
