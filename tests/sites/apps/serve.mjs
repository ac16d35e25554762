// A folder of files, as the npm package `serve` serves it.
import http from "node:http";
import handler from "serve-handler";

http.createServer((request, response) => handler(request, response, { public: process.cwd(), trailingSlash: true })).listen(Number(process.env.PORT), "127.0.0.1");
