// `edgegate dev`: the gateway before a site on this machine, with a line for each of its decisions.
import { existsSync, readFileSync, watch } from "node:fs";
import net from "node:net";
import path from "node:path";
import { filled, template } from "./init/compose.mjs";
import { decision, printed } from "./dev/decision.mjs";
import { startPage } from "./dev/page.mjs";
import { compiled, served } from "./dev/served.mjs";
import { Failure, guarded } from "./lib/failure.mjs";
import { flags } from "./lib/flags.mjs";

export const help = `npx edgegate dev [FLAGS]: serves the gateway on this machine, before your site, until Ctrl-C.

  --origin URL       what stands behind it instead of the policy's origin: http://localhost:3000. Of several origins
                     --origin NAME=URL replaces one; it can be said more than once
  --port PORT        where the gateway is served: 8787 of 127.0.0.1, unless this says otherwise
  --policy FILE      the policy [default: edgegate.toml]; without one everything is open before --origin
  --client ADDRESS   from which address every request comes, for routes by network [default: 127.0.0.1]
  --page PORT        where the page of recent decisions is [default: 8788, or a free port]
  --help             this text

Each decision is a line, with its cause; the page shows the last of them. A policy or .dev.vars that you save is served
within a second; a mistake is shown with its line, and the last good policy goes on being served. The gateway's public
address is http://127.0.0.1:PORT here, whatever the policy says, and any other host of a route is HOST.localhost. What is
stored (sessions, what was used once) is kept in .edgegate/, which git should ignore; \`rm -r .edgegate\` forgets it.

Example: npx edgegate dev --origin http://localhost:3000`;

/** `until`: a promise that ends it, beside Ctrl-C. */
export function run(args, { print = console.log, until } = {}) {
  return guarded(async () => {
    const { values } = flags(args, { origin: { type: "string", multiple: true }, port: { type: "string" }, policy: { type: "string" }, client: { type: "string" }, page: { type: "string" } }, { command: "dev" });
    if (values.help) return void print(help);
    const source = policySource(values);
    const port = portOf(values.port, 8787);
    const client = clientOf(values.client);
    await refuseBusyPort(port);
    return new Developing({ ...source, port, client, page: portOf(values.page, port + 1), print, colours: Boolean(process.stdout.isTTY && !process.env.NO_COLOR) }).run(until);
  });
}

/** Where the policy comes from, and what stands in place of its origins. */
function policySource({ origin = [], policy }) {
  const file = path.resolve(policy ?? "edgegate.toml");
  const origins = origin.map((text) => /^(?:([\w-]+)=)?(https?:\/\/.+)$/.exec(text) ?? wrongOrigin(text)).map(([, name, url]) => [name, url.replace(/\/+$/, "")]);
  if (existsSync(file)) return { file, origins };
  if (policy) throw new Failure(`there is no ${policy}`, { code: 2 });
  if (origins.length !== 1) throw new Failure("there is no edgegate.toml here, and no --origin", { todo: "`npx edgegate init` writes a policy; `npx edgegate dev --origin http://localhost:3000` serves a site without one.", code: 2 });
  return { file, origins: [], open: origins[0][1] };
}

function wrongOrigin(text) {
  throw new Failure(`--origin: ${text} is no address: http://localhost:3000`, { code: 2 });
}

function portOf(text, usual) {
  const port = text === undefined ? usual : Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Failure(`${text} is no port`, { code: 2 });
  return port;
}

function clientOf(text = "127.0.0.1") {
  if (!net.isIP(text)) throw new Failure(`--client: ${text} is no address of a client: 203.0.113.7`, { code: 2 });
  return text;
}

async function refuseBusyPort(port) {
  const isBusy = await new Promise((resolve) => {
    const probe = net.createServer().once("error", () => resolve(true));
    probe.listen({ host: "127.0.0.1", port }, () => probe.close(() => resolve(false)));
  });
  if (isBusy) throw new Failure(`port ${port} of 127.0.0.1 is in use`, { todo: `Stop what uses it, or choose another: npx edgegate dev --port ${port + 10}` });
}

/** One run of the command. */
class Developing {
  constructor(said) {
    Object.assign(this, said);
    this.folder = path.dirname(this.file);
    this.state = path.join(this.folder, ".edgegate");
    this.address = { host: `127.0.0.1:${this.port}`, url: `http://127.0.0.1:${this.port}` };
  }

  async run(until) {
    const ended = new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, resolve);
      until?.then(resolve);
    });
    const page = await startPage({ port: this.page, gateway: this.address.url, hint: (one) => this.hint(one) });
    this.show = (line) => this.log(line, page);
    this.seen = this.stamp();
    const watcher = watch(existsSync(this.folder) ? this.folder : ".", () => this.later());
    try {
      await this.load();
      this.print(`The gateway is at ${this.address.url}, the page of its decisions at ${page.url}. Ctrl-C ends both.`);
      await ended;
    } finally {
      watcher.close();
      clearTimeout(this.timer);
      page.stop();
      await this.loading;
      await this.gateway?.stop();
    }
    return 0;
  }

  /** Editors write a file in several steps, so it is read a moment later. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const stamp = this.stamp();
      if (stamp === this.seen) return;
      this.seen = stamp;
      this.loading = (this.loading ?? Promise.resolve()).then(() => this.load("served anew"));
    }, 100);
  }

  /** What is watched, as text. */
  stamp() {
    return [this.file, path.join(this.folder, ".dev.vars")].map((file) => (existsSync(file) ? readFileSync(file, "utf8") : "")).join("\0");
  }

  async load(what) {
    const name = path.basename(this.file);
    try {
      const text = this.open && !existsSync(this.file) ? filled(template("dev/open.toml"), { issuer_url: this.address.url, origin: this.open }) : readFileSync(this.file, "utf8");
      const one = compiled({ file: this.file, text, state: this.state, address: this.address, origins: this.origins });
      this.current = one;
      if (this.gateway) await this.gateway.replace(one);
      else this.gateway = await served(one, { folder: this.folder, port: this.port, client: this.client, state: this.state, log: this.show });
      this.tell(one, what && `${name}: ${what}`);
    } catch (error) {
      if (!(error instanceof Failure) || (!this.gateway && !error.output)) throw error;
      this.print(`${error.output ? `${error.output}\n` : ""}${error.message}: ${this.gateway ? "the last good one is served" : "nothing is served until it is mended"}.${error.todo ? ` ${error.todo}` : ""}`);
    }
  }

  tell({ missing, hosts, bound }, headline) {
    const lines = [headline];
    if (missing.length > 0) lines.push(`No value in .dev.vars: ${missing.join(", ")}; what needs it is refused.`);
    for (const name of bound.elsewhere) lines.push(`The origin ${name} is a Worker, which does not run here and is 503: --origin ${name}=http://localhost:3000 stands in for it.`);
    for (const [host, local] of hosts) if (local !== this.address.host) lines.push(`${host} is http://${local}:${this.port} here.`);
    for (const line of lines.filter(Boolean)) this.print(line);
  }

  /** The gateway's other lines are for an operator; what is missing or fails is of interest here too. */
  log(line, page) {
    const one = decision(line);
    if (!one) return /^edgegate: (?!policy |published |EDGEGATE_LOOPBACK )|^Uncaught /.test(line) ? this.print(line.split("\n")[0]) : undefined;
    page.add(one);
    this.print(printed(one, { colours: this.colours }));
  }

  /** The command that says more. It reads the copy of the policy that is served, whose address is the local one. */
  hint({ reason }) {
    const [, what] = /^(link|redirect)_/.exec(reason) ?? [];
    if (!what || !this.current) return undefined;
    const here = (file) => path.relative(process.cwd(), file) || ".";
    return `npx edgegate ${what} explain --policy ${here(this.current.policy)} --secrets ${here(this.current.secrets)} 'THE WHOLE ADDRESS'`;
  }
}
