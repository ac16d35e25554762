/**
 * Ends a connection as a client does that is gone: with a reset. What the other side has ended is closed instead: while Node
 * answers that by ending its own side it cannot reset the connection (EINVAL), keeps it for ever, and never exits.
 */
export function cutOff(socket) {
  if (socket.readableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
