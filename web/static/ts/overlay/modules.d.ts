// What internal/assets makes of files that are no scripts.

/** The texts of an overlay in one language: the keys that begin with "stage.". */
declare module "*.json?stage" {
  const texts: Record<string, string | Record<string, string>>;
  export default texts;
}

/** The files of a font that is cut into pieces, each with the characters it has. */
declare module "*.css?faces" {
  const faces: [url: string, unicodeRange: string][];
  export default faces;
}

/** The source of a picture. */
declare module "*.svg" {
  const source: string;
  export default source;
}
