// GitHub for tests: OAuth 2 without id_token, with the answers of fixtures/providers.json. It asks nobody anything.

import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./gateway.mjs";
import { startOrigin } from "./origin.mjs";

const CODE = "the-code-of-github-0123456789";

/** `keys`: of its table in a policy; `user`, `emails`: who somebody is, may be changed; `fails`: codes are not taken; `agents`: who called. */
export async function startGithub() {
  const { shapes } = JSON.parse(readFileSync(path.join(root, "fixtures/providers.json"), "utf8"));
  const { token, token_error: error, userinfo, emails } = structuredClone(shapes.find(({ preset }) => preset === "github"));
  const agents = [];
  const github = { user: userinfo, emails, agents, fails: false };

  const server = await startOrigin((request, response, body) => {
    const { pathname, searchParams } = new URL(request.url, "http://github");
    switch (pathname) {
      case "/login/oauth/authorize":
        return response.writeHead(302, { location: `${searchParams.get("redirect_uri")}?${new URLSearchParams({ code: CODE, state: searchParams.get("state") })}` }).end();
      case "/login/oauth/access_token": {
        const answer = github.fails || new URLSearchParams(body.toString()).get("code") !== CODE ? error : token;
        if (!request.headers.accept?.includes("json")) return say(200, `${new URLSearchParams(answer)}`, "application/x-www-form-urlencoded");
        return say(200, JSON.stringify(answer));
      }
      case "/user":
        return api(github.user);
      case "/user/emails":
        return api(github.emails);
      default:
        return say(404, "{}");
    }

    function api(value) {
      agents.push(request.headers["user-agent"]);
      return request.headers.authorization === `Bearer ${token.access_token}` ? say(200, JSON.stringify(value)) : say(401, '{"message":"Bad credentials"}');
    }

    function say(status, text, type = "application/json") {
      response.writeHead(status, { "content-type": type }).end(text);
    }
  });
  const at = (path) => `${server.url}${path}`;
  const keys = { issuer: server.url, authorization_endpoint: at("/login/oauth/authorize"), token_endpoint: at("/login/oauth/access_token"), userinfo_endpoint: at("/user") };
  return Object.assign(github, { url: server.url, keys, stop: server.stop });
}
