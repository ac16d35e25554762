// net/http with go-jose. `settings`: { lines } of docs/identity.md. Debian has a Go that is new enough, and go-jose 4, from 13 on.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";

/** The sources of Debian's packages, unless GOPATH has go-jose. */
const sources = () => [...(process.env.GOPATH ?? "").split(":"), "/usr/share/gocode"].find((place) => place && existsSync(`${place}/src/github.com/go-jose/go-jose/jwt`));

export default {
  name: "Go",
  fence: "go",
  isOptional: true,
  missing: () => (lacking([], "go") === undefined && sources() ? undefined : "Debian 13: apt-get install golang-go golang-github-go-jose-go-jose-dev"),
  start({ port, folder, settings: { lines } }) {
    const home = path.join(folder, "src/origin");
    mkdirSync(path.join(home, "edgegate"), { recursive: true });
    writeFileSync(path.join(home, "go.mod"), "module origin\n"); // without one no import may end in /v4
    writeFileSync(path.join(home, "edgegate/edgegate.go"), lines);
    writeFileSync(path.join(home, "main.go"), serving);
    const env = { ...process.env, GO111MODULE: "off", GOPATH: `${folder}:${sources()}`, GOCACHE: inRoot("target/go"), GOFLAGS: "" };
    execFileSync(program("go"), ["build", "-o", path.join(folder, "origin"), "origin"], { env, cwd: home });
    return startProcess(path.join(folder, "origin"), [], { port, folder });
  },
};

const serving = `package main

import (
	"encoding/json"
	"net/http"
	"os"
	"origin/edgegate"
)

func main() {
	http.Handle("/", edgegate.Guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		identity := edgegate.Of(r)
		w.Header().Set("Served", "yes")
		json.NewEncoder(w).Encode(map[string]any{"subject": identity.Subject, "scope": identity.Scope, "claims": identity.Claims})
	})))
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
`;
