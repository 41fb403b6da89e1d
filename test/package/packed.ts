function fromSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these specs with "npm run test:package"`);
  return value;
}

/** The packed package, in its published form. */
export const packedTarball = fromSetup('PACKED_TARBALL');

/** The unpacked package. */
export const packedFolder = fromSetup('PACKED_FOLDER');
