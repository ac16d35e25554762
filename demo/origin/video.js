// A video in any folder of /video/: a playlist (HLS, RFC 8216) and its segments, under the same names in each.

import { FIRST, PLAYLIST, SECOND, START } from "./video-bytes.js";
import { ranged } from "./ranges.js";

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const FILES = {
  "playlist.m3u8": ["application/vnd.apple.mpegurl", new TextEncoder().encode(PLAYLIST)],
  "init.mp4": ["video/mp4", bytes(START)],
  "0.m4s": ["video/iso.segment", bytes(FIRST)],
  "1.m4s": ["video/iso.segment", bytes(SECOND)],
};

export const isVideo = (path) => path.startsWith("/video/") && Object.hasOwn(FILES, path.split("/").pop());

export function video(request, path) {
  const [type, content] = FILES[path.split("/").pop()];
  const headers = new Headers({ "Content-Type": type, ETag: `"${path.split("/").pop()}"` });
  return ranged(request, content.length, headers, (position, most) => content.slice(position, position + most));
}
