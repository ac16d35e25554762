export default defineNuxtConfig({
  compatibilityDate: "2026-11-01",
  telemetry: false,
  nitro: { preset: "cloudflare_module", prerender: { routes: ["/members/handbook"] } },
});
