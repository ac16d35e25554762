// What `edgegate init` has to know, each by a flag or by a question, and what an answer has to be.
import { choices } from "./compose.mjs";
import { list, reads } from "./values.mjs";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
const answerOf = (a) => choices.sign_in[a["sign-in"]];
const asks = (name) => (a) => answerOf(a)?.asks.includes(name) ?? false;
const presetOf = (a) => choices.presets[a["sign-in"]]?.[a.preset];
const needs = (name) => (a) => asks(name)(a) && (presetOf(a)?.needs?.includes(name) ?? false);

/**
 * In the order in which they are asked. `when(answers)`: whether it is of interest; `usual(answers)`: what an empty answer
 * means, undefined if there is no such thing; `takes(answers)`: whether its flag means anything, where that is more often than it is asked; `read(text)`: the value, or a thrown text that says what is wrong.
 */
export const questions = [
  {
    flag: "origin", value: "URL", ask: "Where is the site behind the gateway? Its address, or `service:NAME` for a Worker, or `handler` for an application in the gateway's own",
    help: "the address of the site behind the gateway", when: (a) => !a.service && !a.handler, takes: () => true, read: reads.origin, elsewise: "--service, --handler",
  },
  { flag: "service", value: "NAME", help: "the name of the Worker behind the gateway, in place of --origin", when: () => false, takes: () => true, read: reads.word },
  { flag: "handler", isSwitch: true, help: "the site is an application in the gateway's own Worker, which stands around it", when: () => false, takes: () => true, read: (said) => said },
  {
    flag: "host", value: "HOST", ask: "Under which host do visitors reach the gateway, such as gate.example.org",
    help: "the gateway's public host; on loopback (localhost:8787) it is reached by http", read: reads.host,
  },
  {
    flag: "sign-in", value: "WHO", ask: "Who may see what is guarded", choose: () => Object.entries(choices.sign_in).map(([word, { what }]) => [word, what]),
    help: Object.keys(choices.sign_in).join(", "), read: (text) => reads.oneOf(text, Object.keys(choices.sign_in)),
  },
  {
    flag: "preset", value: "NAME", ask: "Which one", when: asks("preset"), choose: (a) => Object.keys(choices.presets[a["sign-in"]]).map((word) => [word, ""]),
    help: "which provider, issuer or sender: google, entra, okta, …; any", read: (text, a) => reads.oneOf(text, Object.keys(choices.presets[a["sign-in"]] ?? {})),
  },
  { flag: "issuer", value: "URL", ask: "Its issuer, byte for byte as its tokens have it", help: "`iss` of the provider's or issuer's tokens", when: needs("issuer"), takes: asks("issuer"), read: reads.address },
  { flag: "tenant", value: "ID", ask: "The directory (tenant) id", help: "Entra's directory", when: needs("tenant"), takes: asks("tenant"), read: reads.word },
  { flag: "client-id", value: "ID", ask: "The client id that the provider gave the gateway", help: "the gateway's client id at the provider", when: asks("client-id"), read: reads.text },
  {
    flag: "allow", value: "WHO,…", ask: "Who of them may come in: values of the claim that the provider tells (*@example.org), or `anybody`",
    help: "of whom the provider signs in, who may come in: *@example.org (Google), groups (Entra, Okta), or anybody", when: asks("allow"),
    usual: (a) => (presetOf(a) && !presetOf(a).anybody ? "anybody" : undefined), read: list,
  },
  { flag: "check-path", value: "PATH", ask: "The path of the site's password check", help: "where the site checks passwords", when: asks("check-path"), usual: () => "/check-password", read: reads.path },
  { flag: "send-path", value: "PATH", ask: "The path at which the site takes what it is to send by e-mail", help: "where the site sends the e-mail", when: asks("send-path"), usual: () => "/send-link", read: reads.path },
  { flag: "audience", value: "AUD,…", ask: "The audience (`aud`) of its tokens for you", help: "`aud` of another issuer's tokens", when: asks("audience"), usual: (a) => (a.host ? `https://${a.host}` : undefined), read: list },
  { flag: "jwks", value: "PATH", ask: "The path of its keys", help: "the path of the issuer's keys", when: needs("jwks"), takes: asks("jwks"), usual: () => "/.well-known/jwks.json", read: reads.path },
  { flag: "algorithms", value: "ALG,…", ask: "The algorithms that it signs with", help: "what the issuer signs with", when: needs("algorithms"), takes: asks("algorithms"), usual: () => "RS256,ES256", read: list },
  { flag: "admin", value: "CIDR,…", ask: "The networks that administrators call from", help: "the networks from which tokens are minted", when: asks("admin"), usual: (a) => (LOOPBACK.test(a.host ?? "") ? "127.0.0.0/8" : undefined), read: list },
  { flag: "networks", value: "CIDR,…", ask: "Your networks", help: "the networks that need no sign-in", when: asks("networks"), read: list },
  { flag: "paths", value: "PATH,…", ask: "Which paths are guarded", help: "what is guarded: /members/* is /members and all under it", usual: (a) => usualPath(a), read: reads.paths },
  { flag: "open", value: "PATH,…", ask: "Which paths are open to everyone (- for none)", help: "what is open to everyone; - for nothing", usual: (a) => answerOf(a)?.open.join(",") || "-", read: reads.openPaths },
];

/** Whether it is asked, given the answers so far. */
export const isAsked = ({ when = () => true }, answers) => when(answers);

/** Whether its flag means anything, given the answers so far. */
export const isTaken = ({ takes, when }, answers) => (takes ?? when ?? (() => true))(answers);

/** Whether the gateway is reached on this machine alone, and so by http. */
export const isLoopback = (host) => LOOPBACK.test(host);

function usualPath({ "sign-in": signIn }) {
  return { tokens: "/api/*", oauth: "/api/*", issuer: "/api/*", webhook: "/hooks/*", links: "/downloads/*", "single-use-links": "/downloads/*", network: "/intern/*", none: "/*" }[signIn] ?? "/members/*";
}
