// Programs from Debian's packages.
import { isProgram, which } from "../../../scripts/lib/run.mjs";

/** The path of a program: servers lie in /usr/sbin, which is not on everybody's path. */
export function program(name) {
  return which(name) ?? [`/usr/sbin/${name}`, `/usr/bin/${name}`].find(isProgram);
}

/** What to say where one of these is not there. */
export function lacking(packages, ...names) {
  return names.every(program) ? undefined : `apt-get install ${packages.join(" ")}`;
}
