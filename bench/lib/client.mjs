// A keep-alive HTTP/1.1 client with next to no cost of its own, so that on a small machine the sender does not fight the
// server for the processor: the request is bytes made once, and of an answer it reads the status and the length.

import { connect } from "node:net";

export function requestBytes(request) {
  const lines = [`${request.method} ${request.target} HTTP/1.1`, ...request.headers.map(([n, v]) => `${n}: ${v}`)];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${request.body ?? ""}`, "latin1");
}

// Sends one request and returns { status, head, body }.
export async function sendOne(port, request) {
  let only;
  await sendMany(port, requestBytes(request), 1, 1, (answer) => (only = answer));
  return only;
}

// Sends the same request `count` times over `connections` connections of its own. Calls `onAnswer` with every answer. Rejects
// on the first connection that breaks or answer that it refuses.
export async function sendMany(port, bytes, count, connections, onAnswer) {
  const open = openConnections(port, Math.min(connections, count));
  try {
    await open.send(bytes, count, onAnswer);
  } finally {
    open.close();
  }
}

// Connections that stay open for many batches of requests, one after the other. Each waits for its answer before it sends
// again.
export function openConnections(port, connections) {
  let batch;
  const fail = (error) => batch?.reject(error);
  const sendNext = (socket) => {
    if (batch.sent >= batch.count) return;
    batch.sent++;
    socket.write(batch.bytes);
  };

  const sockets = Array.from({ length: connections }, () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const reader = answerReader((answer) => {
      batch.onAnswer(answer);
      if (++batch.answered === batch.count) batch.resolve();
      else sendNext(socket);
    });
    socket.on("data", (chunk) => {
      try {
        reader(chunk);
      } catch (error) {
        fail(error);
      }
    });
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("a connection closed before its answer came")));
    return socket;
  });

  return {
    send(bytes, count, onAnswer) {
      return new Promise((resolve, reject) => {
        batch = { bytes, count, onAnswer, resolve, reject, sent: 0, answered: 0 };
        sockets.forEach(sendNext);
      });
    },
    close: () => sockets.forEach((socket) => socket.destroy()),
  };
}

// Takes chunks as they come, calls back once per whole answer.
function answerReader(onAnswer) {
  let pending = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const headEnd = pending.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = pending.toString("latin1", 0, headEnd);
    const end = bodyEnd(pending, headEnd + 4, head);
    if (end === undefined || pending.length < end) return;
    // One request at a time on a connection: nothing can follow the answer.
    const body = pending.toString("utf8", headEnd + 4, end);
    pending = Buffer.alloc(0);
    onAnswer({ status: Number(head.slice(9, 12)), head, body });
  };
}

// Where the body ends, or undefined while that cannot be said yet.
function bodyEnd(bytes, start, head) {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length) return start + Number(length[1]);
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return start;
  const last = bytes.indexOf("0\r\n\r\n", start, "latin1");
  return last < 0 ? undefined : last + 5;
}
