// What `edgegate build` wrote, as the Worker's JavaScript hands it over before the first request. It lies here and not in the
// wasm, because it outlives an instance that trapped: the next one reads it again.

let given;

// `modules`: { policy, pages }, or undefined where there is none: then every request is refused. An isolate has one policy, so
// another one is a mistake, and the Worker does not start. Answers whether there is one.
export function take(modules) {
  if (modules === undefined) return given !== undefined;
  const taken = { policy: bytesOf(modules, "policy"), pages: bytesOf(modules, "pages") };
  if (given && !(same(given.policy, taken.policy) && same(given.pages, taken.pages))) {
    throw new Error("edgegate: this Worker has a policy already, and an isolate has one: pass the same everywhere");
  }
  given = taken;
  return true;
}

// A bundler hands over an ArrayBuffer as the runtime does, or a view of one.
function bytesOf(modules, name) {
  const data = modules?.[name];
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new TypeError(`edgegate: the policy has no ${name}: pass what policy.js exports, which \`edgegate build\` wrote`);
}

const same = (one, other) => one.buffer === other.buffer && one.byteOffset === other.byteOffset && one.byteLength === other.byteLength;

const NONE = new Uint8Array(0);

// The compiled policy; nothing where there is none.
export function compiled() {
  return given?.policy ?? NONE;
}

// Bytes of the module with texts and pictures of pages: a page reads one language of it.
export function pages(from, to) {
  return given?.pages.subarray(from, to) ?? NONE;
}

// Says once in each isolate why nothing is let through.
export function unreadable(reason) {
  const why = given ? `the policy beside the Worker (policy.bin) cannot be read: ${reason}` : "there is no policy";
  const todo = given
    ? "`npm run build` makes both anew; then deploy them together."
    : '`edgegate build` writes it: pass policy.js as `edgegate(app, policy)`, or let [alias] in wrangler.toml say "edgegate/policy" = "./build/policy.js".';
  console.error(`edgegate: ${why}. Every request is answered 503. ${todo}`);
}
