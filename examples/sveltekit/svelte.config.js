import adapter from "@sveltejs/adapter-cloudflare";

// The adapter writes its worker to the `main` of the file that it reads, so it gets one of its own: worker.js stays.
export default { kit: { adapter: adapter({ config: "adapter.toml" }) } };
