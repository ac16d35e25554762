// SuperOffice's schemes, in a company's own network and online.

import { ADMIN, BASE, member, POST } from "./lines.js";
import { PEOPLE } from "./people.js";

const GET_TICKET = [ADMIN, `answer=$(${POST} ${BASE}/.edgegate/admin/ticket -d '{"subject":"1001002"}')`, member("ticket", "ticket")];

export const SUPEROFFICE = [
  {
    path: "/SuperOffice/api/v1/*",
    asks: "SuperOffice in a company's own network: HTTP Basic, SOTicket, Bearer, or a session with its XSRF token.",
    tries: [
      { says: "With a user name and an empty password:", shell: [`curl -s -u adm0: -H 'Accept: application/json' ${BASE}/SuperOffice/api/v1/Contact/2`] },
      {
        says: "With a ticket:",
        shell: [...GET_TICKET, `curl -s -H "Authorization: SOTicket $ticket" ${BASE}/SuperOffice/api/v1/Contact/2`],
      },
      {
        says: "With a session and its token, as a page's script has them; without the token it would be refused:",
        shell: [
          "jar=$(mktemp)",
          `curl -s -o /dev/null -c "$jar" ${BASE}/.edgegate/sign-in -d account=${PEOPLE[0].user_name} \\`,
          `  --data-urlencode 'password=${PEOPLE[0].password}'`,
          `xsrf=$(sed -n 's/.*XSRF-TOKEN[[:space:]]*//p' "$jar")`,
          `curl -s -b "$jar" -H "X-XSRF-TOKEN: $xsrf" ${BASE}/SuperOffice/api/v1/Contact/2`,
        ],
      },
      { says: "Without anything, the answer lists what is taken:", shell: [`curl -i -H 'Accept: application/json' ${BASE}/SuperOffice/api/v1/Contact/2`] },
    ],
  },
  {
    path: "/Cust12345/api/v1/*",
    asks: "SuperOffice online: Bearer, SOTicket together with SO-AppToken, or a session with its XSRF token.",
    tries: [
      {
        says: "With a ticket, from an application that shows its own token:",
        shell: [
          ...GET_TICKET,
          `curl -s -H "Authorization: SOTicket $ticket" -H 'SO-AppToken: qw123f4c56770bc278017796cd16bd11' \\`,
          `  '${BASE}/Cust12345/api/v1/MDOList/category?flat=True'`,
        ],
      },
      { says: "A password is not taken:", shell: [`curl -i -u adm0: -H 'Accept: application/json' ${BASE}/Cust12345/api/v1/Contact/2`] },
    ],
  },
  {
    path: "/SuperOffice/panel",
    asks: "A session; its form is taken with the session's token alone, which the gateway puts into the page.",
    tries: [{ says: "In a browser (it asks to sign in first):", page: `${BASE}/SuperOffice/panel` }],
  },
];
