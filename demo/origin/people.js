// The people of the demo. Published on purpose: the landing page prints the passwords.

export const PEOPLE = [
  {
    subject: "1001002",
    member_id: "4001002",
    user_name: "jo",
    name: "Jo Example",
    groups: ["members", "staff"],
    email: "jo@example.org",
    password: "correct horse battery staple",
  },
  {
    subject: "1001003",
    member_id: "4001003",
    user_name: "sam",
    name: "Sam Example",
    groups: ["members"],
    email: "sam@example.org",
    password: "staple battery horse correct",
  },
];

// SuperOffice's sample user has no password (its documentation's `adm0:`).
export const SAMPLE_USER = { subject: "adm0", user_name: "adm0", password: "" };
