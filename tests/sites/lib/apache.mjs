// Apache with PHP as a module, as a site has it.
import * as origins from "../../origins/lib/apache.mjs";

/** `root`: the site's files; `folder`: where the server's own are; `lines`: lines of docs/origins.md. */
export const startApache = ({ port, folder, root, lines = "" }) =>
  origins.startApache({ port, folder, root, loaded: ["setenvif", "remoteip", "rewrite"], lines: own(folder) + lines });

const own = (folder) => `
ServerName origin.example.net
StartServers 2
MinSpareServers 1
MaxSpareServers 4
php_admin_value opcache.revalidate_freq 0
php_admin_value session.save_path ${folder}/sessions
`;
