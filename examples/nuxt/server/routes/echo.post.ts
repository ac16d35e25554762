export default defineEventHandler((event) => readRawBody(event)); // Nitro has read all of it
