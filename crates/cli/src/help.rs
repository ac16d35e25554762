//! What the help says below the options. Every line that begins with `edgegate` is an example; a test runs them.

#![allow(missing_docs)] // each text is named after its command

pub const EXIT_CODES: &str =
    "Exit codes: 0 fine, 1 refused or a problem found, 2 usage or unreadable input, 3 gateway not reachable or failed";

pub const OVERVIEW: &str = "\
Keys come from the secrets file or standard input, never from the command line. A secret is shown only by what makes it.
Where the npm package is installed, `npx edgegate ...` runs it; in the repository `npm run -s edgegate -- ...` does, and
there every line of a command's --help can be tried with the demo's files.

Exit codes:
  0  fine
  1  refused, or a problem was found
  2  usage, or input that cannot be read
  3  the gateway is not reachable, or failed

Examples:
  edgegate check --policy demo/edgegate.toml
  edgegate secrets --policy demo/edgegate.toml";

pub const COMPLETIONS: &str = "\
Where it goes, for bash, zsh and fish:
  ~/.local/share/bash-completion/completions/edgegate
  a folder of $fpath, as _edgegate
  ~/.config/fish/completions/edgegate.fish

Examples:
  edgegate completions bash | wc -l";

pub const MAN: &str = "\
`edgegate man | man -l -` shows it; the npm package brings it as man/edgegate.1.

Examples:
  edgegate man | wc -l";

pub const CHECK: &str = "\
Problems and warnings go to standard error as FILE:LINE: reason, the routes to standard output. A warning has a code,
warning[CODE]: docs/warnings.md explains each, and [[allow_warnings]] of the policy allows one. Exit code 1 if the
policy is not valid or one of its [[tests]] fails, with --strict if a warning is not allowed, or with --deployed if keys
skip a step: a new key is in a list before it is the first, and the first stays in the list when it is not the first any
more.

Examples:
  edgegate check demo/edgegate.toml
  edgegate check fixtures/policies/members.toml
  edgegate check demo/edgegate.toml --json
  edgegate check demo/edgegate.toml --deployed demo/edgegate.toml";

pub const BUILD: &str = "\
Takes milliseconds and compiles no code: `npm run build` compiles the Worker, once. Mistakes go to standard error as
FILE:LINE: reason, and so do [[tests]] that fail; then nothing is written. Warnings go there too. The digest names the
policy: the Worker's first log line has it, and so has /.edgegate/health on loopback or with the admin key.

Examples:
  edgegate build --policy demo/edgegate.toml --worker demo/build --out target/example";

pub const DIFF: &str = "\
Routes are compared by name. A line each: what becomes of it, its name, its address, and in which keys it differs; what lets
more through comes first. Then the tables that differ. Exit code 0 whether something differs or not.

Examples:
  edgegate policy diff --policy demo/edgegate.toml --against edgegate.toml
  edgegate policy diff --policy demo/edgegate.toml --against edgegate.toml --json";

pub const KEY_NEW: &str = "\
The value goes to standard output and nowhere else, in base64url.

Examples:
  edgegate key new | wc -c
  edgegate key new --identity | wc -l

Where it belongs: on your account, or in a secrets file for `npx wrangler dev`:

    edgegate key new | npx wrangler secret put EDGEGATE_LINK_KEY
    edgegate key new --name EDGEGATE_LINK_KEY --append .dev.vars";

pub const SECRETS: &str = "\
A secret that holds a published demo value counts as missing unless the policy's issuer is on loopback. Exit code 1 if
any is missing, or is no P-256 key where the policy wants one. What your account holds, `npx wrangler secret list` knows.

Examples:
  edgegate secrets --policy demo/edgegate.toml
  edgegate secrets --policy demo/edgegate.toml --secrets - --json <demo/.dev.vars";

pub const LINK_SIGN: &str = "\
The address is first written as clients send it, for that is what is signed. The gateway's own code then checks the link, and
one that it would refuse is not printed.

Examples:
  edgegate link sign --policy demo/edgegate.toml 'http://127.0.0.1:8787/files/report.pdf?v=2' --expires 7d
  edgegate link sign --policy demo/edgegate.toml http://127.0.0.1:8787/once/a --ip 127.0.0.0/8 --json";

pub const LINK_VERIFY: &str = "\
The gateway's own code checks a request for the address; only whether a once-only link has been used is not known here.
Exit code 0 if the link holds, 1 with the reason's code if not.

Examples:
  edgegate link verify --policy demo/edgegate.toml --at 1899999999 'http://127.0.0.1:8787/files/report.pdf?v=2&eg_kid=demo&eg_exp=1900000000&eg_sig=s_sb-2DISeG4I2YvjxAa4cqb0kzuR3A3x-AMsCLSmYQ'";

pub const LINK_EXPLAIN: &str = "\
Exit codes as those of `link verify`. Nothing here shows the signature that would be right.

Examples:
  edgegate link explain --policy demo/edgegate.toml --at 1899999999 'http://127.0.0.1:8787/files/report.pdf?v=2&eg_kid=demo&eg_exp=1900000000&eg_sig=s_sb-2DISeG4I2YvjxAa4cqb0kzuR3A3x-AMsCLSmYQ'";

pub const REDIRECT_SIGN: &str = "\
A redirect works for seconds: pipe it to where it is used. An address that already has ts, signature or sig is not
signed, because the person who wrote them would have chosen what counts. A fragment stays behind the signature.

Another site's address, at no route of the policy, is signed by the profile that --profile names.

Examples:
  edgegate redirect sign --policy demo/edgegate.toml 'http://127.0.0.1:8787/landing/offer?cons_id=1001002&n=1'
  edgegate redirect sign --policy demo/edgegate.toml --profile landing 'https://p.example/w?cons_id=1001002'";

pub const REDIRECT_VERIFY: &str = "\
The gateway's own code checks a request for the address, or with --profile that profile alone, wherever the address
leads. Only whether the redirect has been used is not known here. Exit code 0 if it holds, 1 with the reason's code if not.

Examples:
  edgegate redirect verify --policy demo/edgegate.toml --at 1795305600 'http://127.0.0.1:8787/landing/offer?cons_id=1001002&n=1&ts=1795305600&signature=aea4f4892074f5da480289539a793953'
  edgegate redirect verify --policy demo/edgegate.toml --profile landing --at 1287763970 'https://p.example/w?cons_id=1001002&ts=1287763970&signature=62fd92b44a113f205f4cd67576acbc61'";

pub const REDIRECT_EXPLAIN: &str = "\
Tries the mistakes that signers make: another spelling, order, boundary, algorithm or secret, and several at once.
--profile and exit codes as those of `redirect verify`. Nothing here shows the signature that would be right.

Examples:
  edgegate redirect explain --policy demo/edgegate.toml --at 1795305600 'http://127.0.0.1:8787/landing/offer?cons_id=1001002&n=1&ts=1795305600&signature=aea4f4892074f5da480289539a793953'
  edgegate redirect explain --policy demo/edgegate.toml --profile landing --at 1287763970 'https://p.example/w?cons_id=1001002&ts=1287763970&signature=62fd92b44a113f205f4cd67576acbc61'";

pub const NONCE: &str = "\
The gateway must be running (the demo: `npm start`), and its policy must have [admin] and [nonce]. The last line is the
link; it works once.

Examples:
  edgegate nonce 1001002 --route account --policy demo/edgegate.toml
  edgegate nonce 1001002 --route account --path /account/profile --lifetime 2m --policy demo/edgegate.toml";

pub const TICKET: &str = "\
The gateway must be running (the demo: `npm start`), and its policy must have [admin] and [ticket]. The last line is the
header, ready to paste; `session revoke` ends a ticket before its time.

Examples:
  edgegate ticket 1001002 --policy demo/edgegate.toml
  curl -H \"$(edgegate ticket 1001002 --lifetime 10m --policy demo/edgegate.toml)\" http://127.0.0.1:8787/SuperOffice/api/v1/Contact/2";

pub const TOKEN_MINT: &str = "\
The gateway must be running (the demo: `npm start`), and its policy must have [admin] and [bearer].

Examples:
  edgegate token mint 1001002 --policy demo/edgegate.toml
  curl -H \"$(edgegate token mint 1001002 --scope 'read write' --policy demo/edgegate.toml)\" http://127.0.0.1:8787/me/";

pub const TOKEN_SHOW: &str = "\
The token is read from standard input or a file: on a command line others would see it. Whatever stands around it is
skipped, so the header that `token mint` prints will do.

Examples:
  edgegate token mint 1001002 --policy demo/edgegate.toml | edgegate token show --policy demo/edgegate.toml";

pub const TOKEN_REVOKE: &str = "\
The token is read from standard input or a file: on a command line others would see it. It is refused at once where the
policy's revocation is strict, elsewhere within the cache time and Workers KV's lag.

Examples:
  edgegate token mint 1001002 --policy demo/edgegate.toml | edgegate token revoke --policy demo/edgegate.toml";

pub const CLIENT_ADD: &str = "\
The gateway must be running (the demo: `npm start`), and its policy must have [admin] and [registry]. It makes the id and
the secret, and keeps a digest: the secret is shown this once. What the policy would not take is refused before anything
is sent. --redirect-uri, --scope and --resource take several, behind each other or each with its flag.

Kinds: confidential (a server, which keeps a secret), public (an app or a page, which cannot: PKCE takes its place) and
token-pair (id and secret are themselves the credential, over HTTP Basic).

Examples:
  edgegate client add --name 'Booking widget' --redirect-uri https://shop.example.org/cb --scope read write --policy demo/edgegate.toml
  edgegate client add --name 'Phone app' --kind public --redirect-uri org.example.app:/cb --scope read --policy demo/edgegate.toml
  edgegate client add --name 'Back office' --kind token-pair --scope read --act-for-others --policy demo/edgegate.toml --json";

pub const CLIENT_LIST: &str = "\
The gateway must be running (the demo: `npm start`). FROM is `policy` for those of the policy that it runs, which are
changed there, and `registry` for those that `client add` registered. --json says all that is known of each.

Examples:
  edgegate client list --policy demo/edgegate.toml
  edgegate client list --policy demo/edgegate.toml --json";

pub const CLIENT_ROTATE: &str = "\
The secret before it works for --overlap more, so that it can be changed everywhere; without it, it is worth nothing at
once. A secret that leaked gets no overlap. Tokens that the client has are not touched. A client of the policy gets
another secret by `client new --id ID`.

Examples:
  edgegate client rotate egi_clients-1_AGo... --policy demo/edgegate.toml
  edgegate client rotate egi_clients-1_AGo... --overlap 1d --policy demo/edgegate.toml";

pub const CLIENT_REMOVE: &str = "\
It gets no token any more, the tokens that it has from [oauth] are refused, and so are its id and secret: at once where
the call arrives, elsewhere within the registry's cache and Workers KV's lag. There is no way back; `client add` makes
another one. A client of the policy is taken out of the policy.

Examples:
  edgegate client remove egi_clients-1_AGo... --policy demo/edgegate.toml";

pub const CLIENT_NEW: &str = "\
The table goes to standard output, the secret that was made for it to standard error. The digest in it is made with the
first key of the policy's [registry], whose value is looked for as `link sign` looks for its own; the policy is then
checked with the client in it. With the --id of a client that the policy has, whatever is not said stays as it is there:
that is how such a client gets another secret.

--secret-stdin is for a client that has a secret already. One that could be guessed is refused: it is kept as a fast
keyed digest. Flags and kinds are those of `client add`.

Examples:
  edgegate client new --redirect-uri https://shop.example.org/cb --scope read write --policy demo/edgegate.toml
  edgegate client new --kind public --id phone-app --redirect-uri org.example.app:/cb --policy demo/edgegate.toml
  edgegate key new | edgegate client new --kind token-pair --secret-stdin --scope read --policy demo/edgegate.toml";

pub const SESSION_LIST: &str = "\
The gateway must be running (the demo: `npm start`), and its policy must have [admin] and [session]. SESSION is the name
that the list gives it; it opens nothing. A session that was opened within the last minute may be missing.

Examples:
  edgegate session list --subject 1001002 --policy demo/edgegate.toml
  edgegate session list --subject 1001002 --policy demo/edgegate.toml --json";

pub const GRANT_LIST: &str = "\
The gateway must be running (the demo: `npm start`), and its policy must have [admin] and [oauth]. A grant is what a person
allowed a client; all of the client's tokens for that person follow from it.

Examples:
  edgegate grant list --subject 1001002 --policy demo/edgegate.toml";

pub const GRANT_REVOKE: &str = "\
Ends every grant of the person, or the one of --id: its tokens are refused at once where the policy's revocation is strict,
elsewhere within the cache time and Workers KV's lag. What the policy remembers of the consent is forgotten. Looks twice, as
`session revoke --subject` does.

Examples:
  edgegate grant revoke --subject 1001002 --no-wait --policy demo/edgegate.toml";

pub const SESSION_REVOKE: &str = "\
With --subject all sessions of a person end. Workers KV may not list yet what began within the last minute, so this looks
again after 65 seconds; --no-wait leaves that out. What the person allowed clients, `grant revoke` ends.

Without it one session ends, and the session is the value of its cookie (egs_...), or a ticket that carries it (7T:...), read from standard input or a
file; whatever stands around it is skipped, so a whole Cookie header will do.

Examples:
  edgegate session revoke --policy demo/edgegate.toml <session.txt
  edgegate ticket 1001002 --policy demo/edgegate.toml | edgegate session revoke --policy demo/edgegate.toml
  edgegate session revoke --subject 1001002 --no-wait --policy demo/edgegate.toml";
