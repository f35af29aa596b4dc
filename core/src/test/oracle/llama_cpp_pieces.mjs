// Token ids by llama.cpp of texts in which pieces join characters that are not tokens: resources/tokenizer/odd-pieces.tsv.
//
// The vocabulary is that of OddPiecesTest, in a GGUF file that the test's vocabulary was written to. Made with node-llama-cpp 3.21.1:
//   npm install --no-save node-llama-cpp@3.21.1
//   node core/src/test/oracle/llama_cpp_pieces.mjs FILE core/src/test/resources/tokenizer/odd-pieces.tsv
import {writeFileSync} from "node:fs";
import {getLlama} from "node-llama-cpp";

const ATOMS = [
    "a", "b", " ", "  ", "   ", "    ", "\n", "\n\n", "\n\n\n", "hello", "world", "the", "\u2581", "a b", "a  b", "\u00e9", "\u6f22", "\u{1f600}",
    "\t", "\r\n", "x", "or", "ld", "he", "l", "o", "t", "h", "</s>", "<0x0A>", "an", "and", "\u0301", "w",
];

let seed = 1;
const random = (limit) => (seed = (seed * 48271) % 2147483647) % limit;
const texts = new Set(ATOMS);
while (texts.size < 300) {
    texts.add(Array.from({length: 2 + random(7)}, () => ATOMS[random(ATOMS.length)]).join(""));
}

const llama = await getLlama({gpu: false, build: "never"});
const model = await llama.loadModel({modelPath: process.argv[2], vocabOnly: true});
const escape = (text) => text.replace(/[^!-~]|\\/gu, (c) =>
    Array.from({length: c.length}, (_, i) => "\\u" + c.charCodeAt(i).toString(16).padStart(4, "0")).join(""));
const lines = [...texts].map((text) => escape(text) + "\t" + model.tokenize(text, false).join(" "));
writeFileSync(process.argv[3], lines.join("\n") + "\n");
await llama.dispose();
