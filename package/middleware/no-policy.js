// "edgegate/policy", until the Worker's own wrangler.toml says what it is: [alias] "edgegate/policy" = "./build/policy.js".
// Without a policy every request is refused.
export default undefined;
