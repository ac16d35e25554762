// The origins, and what each needs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import apache from "../origins/apache.mjs";
import django from "../origins/django.mjs";
import express from "../origins/express.mjs";
import flask from "../origins/flask.mjs";
import nginx from "../origins/nginx.mjs";
import node from "../origins/node.mjs";
import php from "../origins/php.mjs";
import rack from "../origins/rack.mjs";
import { freePort } from "./process.mjs";

export const origins = [nginx, apache, php, flask, django, rack, node, express];

/** Starts one; answers with its address and how to stop it. */
export async function startOrigin(origin) {
  const folder = mkdtempSync(path.join(tmpdir(), `edgegate-${origin.name}-`));
  const port = await freePort();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const { stop } = await origin.start({ port, folder });
    return { origin, port, url: `http://127.0.0.1:${port}`, stop: () => (stop(), remove()) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** What an origin understood, by its answer; undefined if it served nothing. */
export function understanding(origin, answer) {
  const isJson = answer.body.startsWith("{") && answer.body.includes('"understood"');
  if (!isJson) return undefined;
  const seen = (origin.read ?? readJson)(answer);
  const told = (seen.headers ?? []).find(([name]) => /^edgegate.route$/i.test(name))?.[1];
  return { ...seen, route: told ?? answer.headers.get("understood-route") };
}

const readJson = ({ body }) => JSON.parse(Buffer.from(body, "latin1").toString("utf8"));
