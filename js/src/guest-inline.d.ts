declare module 'guest:inline' {
  /** The core module, compressed with zlib and written in base64. */
  const text: string;
  export default text;
}
