// The gateway before every function and every file. Behind it `context.data.edgegate` says who it is.
import { edgegate } from "edgegate";
import policy from "../build/policy.js";

export const onRequest = edgegate.pages(policy);
