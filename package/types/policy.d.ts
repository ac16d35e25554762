import type { PolicyModules } from "./identity-type.js";

declare const policy: PolicyModules | undefined;
export default policy;
