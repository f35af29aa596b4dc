/**
 * Reads the data of server-sent events (HTML standard, 9.2.6). Chunks of bytes may end anywhere.
 *
 * @param {ReadableStream<Uint8Array>} body
 */
export async function* eventData(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  /** @type {string[]} */
  let data = [];
  for (let isLast = false; !isLast; ) {
    const { value, done } = await reader.read();
    isLast = done;
    text += done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true });
    // A CR at the end may be half of a CRLF.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data:')) {
        data.push(line.slice(line[5] === ' ' ? 6 : 5));
      } else if (line === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
  }
}
