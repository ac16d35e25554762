// Signing, and verifying what others signed, by WebCrypto.

// Imported signing keys by their JWK; a CryptoKey is a value and may be used by any request.
const signingKeys = new Map();

export async function signEs256(jwk, bytes) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  let key = signingKeys.get(jwk);
  if (!key) {
    const { kty, crv, x, y, d } = JSON.parse(jwk);
    key = await crypto.subtle.importKey("jwk", { kty, crv, x, y, d }, algorithm, false, ["sign"]);
    signingKeys.set(jwk, key);
  }
  return new Uint8Array(await crypto.subtle.sign(algorithm, key, bytes));
}

// Keys of others that signed lately. Clients bring keys of their own (DPoP), so they are bounded.
const verifyingKeys = new Map();
const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  RS384: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" },
  RS512: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  EdDSA: { name: "Ed25519" },
};

export async function verifyJws(algorithm, jwk, input, signature) {
  const parameters = ALGORITHMS[algorithm];
  const name = algorithm + jwk;
  let key = verifyingKeys.get(name);
  if (!key) {
    key = await crypto.subtle.importKey("jwk", JSON.parse(jwk), parameters, false, ["verify"]);
    if (verifyingKeys.size >= 256) verifyingKeys.delete(verifyingKeys.keys().next().value);
    verifyingKeys.set(name, key);
  }
  return crypto.subtle.verify(parameters, key, signature, input);
}
