// hls.js, as npm has it, plays a video whose folder one signed link opens: by the parameters of the link, and by its cookie alone.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { folderLink } from "../e2e/lib/sign.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";

const hls = createRequire(import.meta.url).resolve("hls.js/dist/hls.min.js");
const { gateway, gate, address, visit, stop } = await startBrowser();
after(stop);
const signed = (folder) => folderLink(folder, { host: gate.host });

/** Plays the playlist to its end. `parameters` are appended to every address. Gives what went wrong, and how much was played. */
async function play(page, playlist, parameters) {
  await page.goto(`${address}/`);
  await page.addScriptTag({ path: hls });
  return page.evaluate(async ({ playlist, parameters }) => {
    const video = Object.assign(document.createElement("video"), { muted: true });
    document.body.prepend(video);
    const xhrSetup = (request, url) => request.open("GET", parameters ? `${url}?${parameters}` : url);
    const player = new window.Hls({ xhrSetup, fragLoadPolicy: { default: { maxTimeToFirstByteMs: 5000, maxLoadTimeMs: 5000, timeoutRetry: null, errorRetry: null } } });
    const ended = new Promise((resolve) => {
      video.addEventListener("ended", () => resolve({ played: video.currentTime, width: video.videoWidth }));
      player.on(window.Hls.Events.ERROR, (_, { fatal, details, response }) => fatal && resolve({ failed: details, status: response?.code }));
    });
    player.on(window.Hls.Events.MANIFEST_PARSED, () => video.play());
    player.loadSource(playlist);
    player.attachMedia(video);
    return ended;
  }, { playlist, parameters });
}

const requests = (page) => {
  const seen = [];
  page.on("response", (answer) => new URL(answer.url()).pathname.startsWith("/video/") && seen.push([new URL(answer.url()).pathname, answer.status()]));
  return seen;
};
const ALL = ["0.m4s", "1.m4s", "init.mp4", "playlist.m3u8"];

test("the parameters of one link open the playlist and every segment", async () => {
  const { page, context } = await visit({ bypassCSP: true });
  const seen = requests(page);
  const played = await play(page, `${address}/video/42/playlist.m3u8`, signed("/video/42/"));
  assert.deepEqual({ ...played, played: Math.round(played.played) }, { played: 2, width: 96 });
  assert.deepEqual(seen.sort(), ALL.map((name) => [`/video/42/${name}`, 200]));
  await picture(page, "video");
  const { path, httpOnly, sameSite } = (await context.cookies(`${address}/video/42/`)).find(({ name }) => name === "edgegate-link");
  assert.deepEqual([path, httpOnly, sameSite], ["/video/42/", true, "Lax"]);
});

test("the cookie that the first request sets opens the rest, and no other folder", async () => {
  const { page } = await visit({ bypassCSP: true });
  const first = await page.request.get(`${address}/video/7/playlist.m3u8?${signed("/video/7/")}`);
  assert.equal(first.status(), 200);
  const seen = requests(page);
  const played = await play(page, `${address}/video/7/playlist.m3u8`, "");
  assert.deepEqual({ ...played, played: Math.round(played.played) }, { played: 2, width: 96 });
  assert.deepEqual(seen.sort(), ALL.map((name) => [`/video/7/${name}`, 200]));
  assert.deepEqual(await play(page, `${address}/video/8/playlist.m3u8`, ""), { failed: "manifestLoadError", status: 403 });
});

test("a link for another folder plays nothing", async () => {
  const { page } = await visit({ bypassCSP: true });
  assert.deepEqual(await play(page, `${address}/video/43/playlist.m3u8`, signed("/video/42/")), { failed: "manifestLoadError", status: 403 });
});

theLogHoldsNoCredential(gateway);
