// Reads `.dev.vars`.
import { parseEnv } from "node:util";

/** Its values by name, as the tool and wrangler read them: quotes of three kinds, values of several lines, comments. */
export const devVars = (text) => ({ ...parseEnv(text.replace(/^\ufeff/, "")) });
