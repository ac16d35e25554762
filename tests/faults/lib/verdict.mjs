// Whether what was observed of a cell is what the fixture allows, and what no fault may ever change: one answer, one line,
// nothing let through that showed no credential, nothing spent that was refused, nothing after the deadline.

/**
 * Sentences about what is wrong; none where all is well. `allowed`: the outcomes that the cell may have.
 */
export function verdict({ good, again, bad }, kind, allowed, limits) {
  return [
    ...(good.left ? ofLeaving(good, kind) : ofGood(good, kind, allowed, limits)),
    ...ofAgain(good, again, kind, outcomeOf(good, allowed) ?? {}),
    ...(bad === undefined ? [] : ofBad(bad, kind, limits)),
  ];
}

/** The lines that say how a request ended; one about an origin that lets its visitor wait may come before. */
const final = ({ lines }) => lines.filter(({ edgegate }) => edgegate !== "forwarded");
export const reasonOf = ({ lines }) => lines.at(-1)?.reason ?? "no line";
const outcomeOf = (good, allowed) => allowed.find(({ reason }) => reason === reasonOf(good));
const said = ({ answer, broken }) => broken ?? `${answer?.status} ${answer?.text.slice(0, 120).replace(/\s+/g, " ")}`;

function ofGood(good, kind, allowed, limits) {
  const reason = reasonOf(good);
  const outcome = outcomeOf(good, allowed);
  if (outcome === undefined) return [`${reason} (${said(good)}) after ${Math.round(good.ms)} ms; allowed: ${allowed.map(({ reason }) => reason).join(", ")}`];
  const { status, seen = outcome.works && kind.forwards ? 1 : 0, works, broken } = outcome;
  return complaints([
    [final(good).length === 1 && good.lines.length <= 2, `${good.lines.length} lines: ${good.lines.map((line) => `${line.edgegate} ${line.reason}`)}`],
    [!works || good.worked, `the log says ok, the answer is ${said(good)}`],
    [broken === undefined || broken === (good.broken !== undefined), `the answer was ${broken ? "to break off" : "to be whole"}: ${said(good)}`],
    [good.broken !== undefined || status === undefined || good.answer.status === status, `the answer is ${said(good)}, not ${status}`],
    [seen === "maybe" ? good.seen <= 1 : good.seen === seen, `the origin was asked ${good.seen} times`],
    [good.held, "what it gave or took is not so"],
    [good.ms <= limits.deadline_ms + limits.margin_ms, `${Math.round(good.ms)} ms, over the deadline`],
  ]);
}

/** A client that left: a line for what was read, one for what reached the origin, and never two. */
function ofLeaving(good, { forwards }) {
  return complaints([
    [final(good).length <= 1 && good.lines.length <= 2, `${good.lines.length} lines`],
    [good.seen <= good.lines.length, `the origin was asked ${good.seen} times, with ${good.lines.length} lines`],
    [forwards || good.seen === 0, `the origin was asked ${good.seen} times`],
  ]);
}

function ofAgain(good, again, kind, outcome) {
  const shown = `shown again it is ${reasonOf(again)} (${said(again)})`;
  // What the origin did not say of a password is not asked again at once: a reason that the isolate remembers.
  if (outcome.remembered && reasonOf(again) === reasonOf(good)) return [];
  const common = [[again.held, `${shown}, and what it gave or took is not so`]];
  if (!kind.once) return complaints([...common, [again.worked, `${shown}, and works not only once`]]);
  if (kind.once === "same" && outcome.retry === "maybe") return complaints(common);
  if (kind.once === "same") return complaints([...common, [again.worked, `${shown}, not what it gave before`]]);
  if (good.left) {
    return complaints([
      [again.worked || !kind.forwards || good.seen === 1, `${shown}: spent, and nobody had anything of it`],
      [!(again.worked && good.seen === 1), "it worked twice"],
    ]);
  }
  if (good.worked) return complaints([[!again.worked && again.seen === 0, "it worked twice"]]);
  const { spent = false } = outcome;
  return complaints([
    [spent === "maybe" || again.worked === !spent, `${shown}: it was refused, and ${spent ? "not spent" : "spent all the same"}`],
    [good.seen + again.seen <= 1 || spent === "maybe", "the origin saw it twice"],
  ]);
}

function ofBad(bad, kind, limits) {
  const cookie = bad.answer?.cookies.find((one) => /^(edgegate|JSESSIONID)=[^;]/.test(one));
  return complaints([
    [bad.answer !== undefined, `a forged one got no answer: ${bad.broken}`],
    [kind.forgiving || bad.answer === undefined || bad.answer.status >= 300, `a forged one was answered ${said(bad)}`],
    [bad.seen === 0, "a forged one reached the origin"],
    [cookie === undefined, "a forged one got a session"],
    [final(bad).length === 1, `a forged one has ${bad.lines.length} lines`],
    [bad.ms <= limits.deadline_ms + limits.margin_ms, `a forged one was answered after ${Math.round(bad.ms)} ms`],
  ]);
}

const complaints = (checks) => checks.filter(([isWell]) => !isWell).map(([, text]) => text);
