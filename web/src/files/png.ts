const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The keyword under which clipig writes the experiment into its pictures. */
const EXPERIMENT = "clipig experiment";

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/** The experiment inside a picture that clipig made; undefined in other pictures. */
export function experimentOf(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A chunk: its length, four letters, its data, a checksum of four bytes (PNG specification, 5.3).
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (latin(bytes.subarray(at + 4, at + 8)) === "iTXt") {
      const text = textOf(data);
      if (text !== undefined) return text;
    }
    at += 12 + length;
  }
  return undefined;
}

/** Keyword, 0, whether compressed, method, language, 0, translated keyword, 0, text (PNG specification, 11.3.3.4). */
function textOf(data: Uint8Array): string | undefined {
  const keywordEnd = data.indexOf(0);
  if (latin(data.subarray(0, keywordEnd)) !== EXPERIMENT || data[keywordEnd + 1] !== 0) return undefined;
  const languageEnd = data.indexOf(0, keywordEnd + 3);
  const translatedEnd = data.indexOf(0, languageEnd + 1);
  return languageEnd < 0 || translatedEnd < 0 ? undefined : new TextDecoder().decode(data.subarray(translatedEnd + 1));
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 100));
}
