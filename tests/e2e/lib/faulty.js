// Ways in which a binding fails. A fault is a word or `{ how, ms, first }`: `ms` for what waits, `first` for one that
// only the first operations meet. `work` is what the binding would have done, `garbage` an answer that is none of its kind.
//
//   throw    nothing happens, and the caller learns it
//   hang     nothing happens, and the caller learns nothing
//   late     it happens after `ms`, and then the answer comes
//   slow     it happens at once, and the answer comes after `ms`
//   lost     it happens, and no answer comes
//   broken   it happens, and the answer is an error
//   garbage  nothing happens, and the answer is none
//   sometimes  one of twenty throws, and the answer to another is an error; the same ones in every run

export const wait = (ms) => new Promise((due) => setTimeout(due, ms));

const never = () => new Promise(() => {});

function fail() {
  throw new Error("e2e: this binding is down");
}

const WAYS = {
  throw: fail,
  hang: never,
  late: (work, { ms }) => wait(ms).then(work),
  slow: async (work, { ms = 150 }) => (await Promise.all([work(), wait(ms)]))[0],
  lost: (work) => work().then(never),
  broken: (work) => work().then(fail),
  garbage: (_, { garbage }) => garbage,
  sometimes: (work) => ({ 0: fail, 1: () => work().then(fail) }[draw() % 20] ?? work)(),
};

let drawn = 1;

/** Numbers that look random (Lehmer's generator). */
function draw() {
  return (drawn = (drawn * 48_271) % 2_147_483_647);
}

/** Does the work as the fault has it. Words that are not known here are another's: the work is done. */
export async function under(fault, work, garbage) {
  const { how, ...more } = typeof fault === "object" && fault !== null ? fault : { how: fault };
  if ("first" in more && fault.first-- <= 0) return work();
  return how in WAYS ? WAYS[how](async () => work(), { ...more, garbage }) : work();
}

/**
 * The same for an origin, whose answer can also break off, come in drops, or be an error. One that hangs keeps its
 * connection open, as a real one does: a request that waits for nothing at all is ended by the runtime.
 */
export function underAsOrigin(fault, work, signal) {
  const ways = {
    hang: () => aborted(wait(HANGING_MS), signal),
    error: async () => new Response("e2e: internal error", { status: 500 }),
    cut: async () => halved(await work(), (writer) => wait(100).then(() => writer.abort(new Error("e2e: the connection broke")))),
    drip: async () => halved(await work(), (writer, rest) => wait(fault.ms).then(() => writer.write(rest)).then(() => writer.close())),
  };
  return ways[fault?.how ?? fault]?.() ?? under(fault, work, new Response("e2e: no such answer", { status: 418 }));
}

const HANGING_MS = 60_000;

function aborted(work, signal) {
  return Promise.race([work, new Promise((_, refuse) => signal?.addEventListener("abort", () => refuse(signal.reason)))]);
}

/** The answer with the first half of its body, and then what `then` does. */
async function halved(response, then) {
  const whole = new Uint8Array(await response.arrayBuffer());
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const half = whole.length >> 1;
  writer.write(whole.slice(0, half)).then(() => then(writer, whole.slice(half))).catch(() => {});
  return new Response(readable, response);
}
