// Unpacks brotli files: node unpack.mjs FROM TO [FROM TO]...
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const names = process.argv.slice(2);
for (let index = 0; index < names.length; index += 2) {
  const [from, to] = names.slice(index, index + 2);
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}
