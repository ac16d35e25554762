/** As whom the gateway let a request through. */
export interface Identity {
  /** `person` where there is a subject, `client` where only a program is known, `nobody` where the route asks for no credential. */
  kind: "person" | "client" | "nobody";
  /** `Edgegate-Subject` */
  subject: string | null;
  /** `Edgegate-Client` */
  client: string | null;
  /** Whose subject it is, where that is not the gateway: `Edgegate-Issuer`. */
  issuer: string | null;
  scope: string[];
  /** The claims of `Edgegate-Jwt`; empty where the route has no `jwt_audience`. */
  claims: Record<string, unknown>;
  /** Name of the route; null for what the gateway itself asks, and from `verifyIdentity`, since no signature covers it. */
  route: string | null;
  /** As in the gateway's log; null from `verifyIdentity`. */
  requestId: string | null;
}

/** Whatever has the headers of a request as fetch has them. */
export interface WithHeaders {
  headers: { get(name: string): string | null };
}

/** What `policy.js` exports, which `edgegate build` writes. */
export interface PolicyModules {
  policy: ArrayBuffer | ArrayBufferView;
  pages: ArrayBuffer | ArrayBufferView;
}
