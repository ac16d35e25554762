/**
 * Leaves as a client that has gone: with a reset. A socket whose own side has ended is closed instead: while that end is under
 * way Node cannot reset it (EINVAL), keeps it for ever, and the process never exits.
 */
export function cutOff(socket) {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
